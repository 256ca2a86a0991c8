package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	// Registered for their side effect.
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/ready"
)

// CoreDNS with the plug-ins that the sandbox's configuration names. A request passes through them in this order.
func runNames() {
	dnsserver.Directives = []string{
		"bind",
		"ready",
		"errors",
		"cache",
		"loadbalance",
		"kubernetes",
		"forward",
	}
	coremain.Run()
}
