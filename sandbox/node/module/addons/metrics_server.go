package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/cli"
	"sigs.k8s.io/metrics-server/pkg/api"
	"sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
	"sigs.k8s.io/metrics-server/pkg/scraper/client"
	"sigs.k8s.io/metrics-server/pkg/server"
)

const kubeletPort = 10250

// Runs metrics-server from its library packages. Its command package does not compile with this version of the Kubernetes
// libraries, because they changed how a server declares its effective version.
func runMetricsServer() {
	serving := options.NewSecureServingOptions().WithLoopback()
	authentication := options.NewDelegatingAuthenticationOptions()
	authorization := options.NewDelegatingAuthorizationOptions()
	var kubeconfig string
	var resolution time.Duration
	command := &cobra.Command{
		Use:          "metrics-server",
		Short:        "Serves the resource usage reported by kubelets as metrics.k8s.io.",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error {
			configuration := genericapiserver.NewConfig(api.Codecs)
			configuration.EffectiveVersion = compatibility.DefaultBuildEffectiveVersion()
			names := openapinamer.NewDefinitionNamer(api.Scheme)
			configuration.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(openapi.GetOpenAPIDefinitions, names)
			configuration.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(openapi.GetOpenAPIDefinitions, names)
			if err := serving.ApplyTo(&configuration.SecureServing, &configuration.LoopbackClientConfig); err != nil {
				return err
			}
			if err := authentication.ApplyTo(&configuration.Authentication, configuration.SecureServing, nil); err != nil {
				return err
			}
			if err := authorization.ApplyTo(&configuration.Authorization); err != nil {
				return err
			}
			cluster, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return fmt.Errorf("%s: %w", kubeconfig, err)
			}
			if err := rest.SetKubernetesDefaults(cluster); err != nil {
				return err
			}
			metrics, err := server.Config{
				Apiserver: configuration,
				Rest:      cluster,
				Kubelet: &client.KubeletClientConfig{
					Client:              *rest.CopyConfig(cluster),
					AddressTypePriority: []corev1.NodeAddressType{corev1.NodeInternalIP},
					Scheme:              "https",
					DefaultPort:         kubeletPort,
				},
				MetricResolution: resolution,
				ScrapeTimeout:    resolution * 9 / 10,
			}.Complete()
			if err != nil {
				return err
			}
			return metrics.RunUntil(genericapiserver.SetupSignalHandler())
		},
	}
	flags := command.Flags()
	flags.StringVar(&kubeconfig, "kubeconfig", "", "credentials for the API server and the kubelets")
	flags.DurationVar(&resolution, "metric-resolution", time.Minute, "interval between two requests to a kubelet")
	serving.AddFlags(flags)
	authentication.AddFlags(flags)
	authorization.AddFlags(flags)
	os.Exit(cli.Run(command))
}
