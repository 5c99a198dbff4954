package main

import "fmt"

// template gives the claims that a real issuer of this kind sends. Every value
// of the CI kinds is a string, as in life: Fulcio's templates print a number as
// a Go float.
func template(kind string) (map[string]any, error) {
	claims, ok := templates()[kind]
	if !ok {
		return nil, fmt.Errorf("unknown kind %q", kind)
	}
	claims["aud"] = "sigstore"
	return claims, nil
}

func templates() map[string]map[string]any {
	const (
		repository = "acme/app"
		ref        = "refs/tags/v1.2.3"
		workflow   = repository + "/.github/workflows/release.yml@" + ref
		commit     = "4f2a9c6d1b7e8035a6c1d2e3f405162738495a6b"
		pipeline   = "gitlab.com/acme/app//.gitlab-ci.yml@" + ref
	)
	return map[string]map[string]any{
		"email": {
			"iss": "https://accounts.example.com", "sub": "foo@bar.com",
			"email": "foo@bar.com", "email_verified": true,
		},
		"github": {
			"iss": "https://token.actions.githubusercontent.com", "sub": "repo:" + repository + ":ref:" + ref,
			"repository": repository, "repository_id": "700100200", "repository_visibility": "public",
			"repository_owner": "acme", "repository_owner_id": "900800",
			"ref": ref, "ref_type": "tag", "ref_protected": "true", "sha": commit,
			"workflow": "release", "workflow_ref": workflow, "workflow_sha": commit,
			"job_workflow_ref": workflow, "job_workflow_sha": commit,
			"event_name": "push", "run_id": "12345678901", "run_number": "7", "run_attempt": "1",
			"actor": "wile-e", "actor_id": "1949", "runner_environment": "github-hosted",
		},
		"gitlab": {
			"iss": "https://gitlab.com", "sub": "project_path:acme/app:ref_type:tag:ref:v1.2.3",
			"ci_config_ref_uri": pipeline, "ci_config_sha": commit, "runner_environment": "gitlab-hosted",
			"project_path": "acme/app", "project_id": "41", "project_visibility": "public",
			"namespace_path": "acme", "namespace_id": "40", "sha": commit, "ref": "v1.2.3", "ref_type": "tag",
			"pipeline_source": "push", "job_id": "4242",
		},
		"spiffe": {"iss": "https://spire.example.com", "sub": "spiffe://example.com/ns/build/sa/signer"},
		"kubernetes": {
			"iss": "https://kubernetes.example.com", "sub": "system:serviceaccount:build:signer",
			"kubernetes.io": map[string]any{
				"namespace":      "build",
				"pod":            map[string]string{"name": "signer-0", "uid": "p-1"},
				"serviceaccount": map[string]string{"name": "signer", "uid": "s-1"},
			},
		},
		"bare": {"iss": "https://accounts.example.com", "sub": "nobody"},
	}
}
