// Package dns has, in lego's own module, a list of some 190 providers with the libraries of each. Building them all
// takes many minutes and the modules of every one of them. In the sandbox this file stands in place of that list
// (providers/dns/zz_gen_dns_providers.go), with the one that reaches Azure's DNS and the one that runs a script.
package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
	"github.com/go-acme/lego/v5/providers/dns/azuredns"
	"github.com/go-acme/lego/v5/providers/dns/exec"
)

// NewDNSChallengeProviderByName makes the provider with this name.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	switch name {
	case "azuredns":
		return azuredns.NewDNSProvider()
	case "exec":
		return exec.NewDNSProvider()
	default:
		return nil, fmt.Errorf("unrecognized DNS provider: %s", name)
	}
}
