module countersign.test/issuer

go 1.26.0
