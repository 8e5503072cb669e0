@% if repository.pulumi %@
// Written by `acctgate init`: runs pulumi preview on each change request and judges the account after the
// deployment. It also runs every night, to find changes made by other means.
@% elif terraform %@
// Written by `acctgate init`: plans on each change request and judges the account after the deployment. It also
// runs every night, to find changes made by other means.
@% else %@
// Written by `acctgate init`: judges the account on each change request. It also runs every night, to find changes
// made by other means.
@% endif %@
//
// Set these once. No key is stored:
//   ALIBABA_CLOUD_ROLE_ARN           a variable (Manage Jenkins, System): a RAM role that trusts the provider below,
//                                    with the permissions in the README
//   ALIBABA_CLOUD_OIDC_PROVIDER_ARN  a variable: an OIDC provider of this Jenkins, with the client ID acctgate
//   acctgate-oidc                    credentials: "OpenID Connect id token as file" with the audience acctgate (of the
//                                    plugin OpenID Connect Provider)
// The agent needs Python 3.11 or newer@{", and Pulumi with the stack's login" if repository.pulumi else ""}@{", Terragrunt" if terraform and terraform.terragrunt else ""}@{" and " + terraform.tool if terraform else ""}. If it is an ECS instance with a RAM role,
// delete withCredentials and its closing brace: acctgate finds that role itself.
pipeline {
    agent any
    options {
        disableConcurrentBuilds()
    }
    triggers {
        cron('H 2 * * *')
    }
    environment {
        ACCTGATE_REGION = '@{region}'
@% if role %@
        ACCTGATE_ROLE_ARN = '@{role}'
@% endif %@
    }
    stages {
        // Fails if a change request loosens the policy. Who may approve that: docs/pipelines.md.
        // The stage needs no credentials, and the change request's own rule modules run in it: if the agent has a RAM
        // role, run it on another agent.
        stage('policy') {
            when {
                changeRequest()
            }
            steps {
@% if repository.prefix %@
                dir('@{repository.prefix}') {
@% endif %@
                sh '''
                    set -e
                    python3 -m venv .acctgate/policy
                    . .acctgate/policy/bin/activate
                    pip uninstall -qq --yes acctgate # the workspace may have another commit of the same version
                    pip install --quiet @{diffing}
                    git fetch --quiet origin "+refs/heads/$CHANGE_TARGET:refs/remotes/origin/$CHANGE_TARGET"
                    acctgate diff @{policy + " " if policy else ""}--base "$(git merge-base HEAD "origin/$CHANGE_TARGET")"
                '''
@% if repository.prefix %@
                }
@% endif %@
            }
        }
        stage('gate') {
            steps {
                withCredentials([file(credentialsId: 'acctgate-oidc', variable: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE')]) {
@% if repository.prefix %@
                dir('@{repository.prefix}') {
@% endif %@
                // Fails if a mandatory rule is violated (exit status 1) or unknown (exit status 3).
@% if repository.pulumi %@
                // Without the deployed stack, the changes in a deployment are unknown.
@% elif not terraform %@
                // With --plan plan.json (of `terraform show -json PLAN`) it judges the account after the deployment.
@% endif %@
                sh '''
                    set -e
@% if repository.pulumi %@
                    pulumi install
@% endif %@
                    python3 -m venv @{venv}
                    . @{venv}/bin/activate
                    pip uninstall -qq --yes acctgate
                    pip install --quiet @{acctgate}@{requirements}
@% if terraform %@
@% for line in terraform.commands() %@
                    @{line.replace("\\", "\\\\")}
@% endfor %@
@% endif %@
                    @{command} --format text --format junit=acctgate-junit.xml
                '''
@% if repository.prefix %@
                }
@% endif %@
                }
            }
            post {
                always {
                    junit testResults: '@{base}acctgate-junit.xml', allowEmptyResults: true
                }
            }
        }
    }
}
