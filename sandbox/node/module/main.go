// All Kubernetes programs of the sandbox's node in one binary. They share most of their code, so one binary is smaller and
// links faster than six. The name of the executable selects the program, or the first argument.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	// Imported for their registration, as in the main packages of the programs: JSON logs, and metrics of the client
	// library and of the version.
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlerrors "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var servers = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllermanager.NewControllerManagerCommand,
	"kube-proxy":              proxy.NewProxyCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
}

func main() {
	program := filepath.Base(os.Args[0])
	if !known(program) && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		program = os.Args[0]
	}
	if program == "kubectl" {
		// kubectl formats its errors and chooses its exit codes itself.
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlerrors.CheckErr(err)
		}
		return
	}
	command, found := servers[program]
	if !found {
		fmt.Fprintf(os.Stderr, "%q: this binary does not contain the program.\n", program)
		os.Exit(2)
	}
	os.Exit(cli.Run(command()))
}

func known(program string) bool {
	_, found := servers[program]
	return found || program == "kubectl"
}
