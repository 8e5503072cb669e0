# Six rules equivalent to acctgate's, for the comparison in bench/fleet.py.
package main

import rego.v1

login := input.SecurityPreference.LoginProfilePreference

info := input.AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo

deny contains "login-mfa" if login.MFAOperationForLogin != "mandatory"

deny contains "session-duration" if login.LoginSessionDuration > 8

deny contains "network-masks" if {
	some mask in split(login.LoginNetworkMasks, ";")
	not net.cidr_contains("10.0.0.0/8", mask)
}

deny contains "security-score" if input.AccountSecurityPracticeInfo.Score < 80

deny contains "root-access-keys" if info.RootWithAccessKey > 0

deny contains "root-mfa" if info.BindMfa == false
