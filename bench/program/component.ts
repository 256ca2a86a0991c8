/** The same service with the component. The compiler is measured with this file. */
import * as resources from "@pulumi/azure-native/resources";
import { Environment, SecureAciInference, TlsMode } from "../../components";

const group = new resources.ResourceGroup("inference-local");
const iris = new SecureAciInference("iris", {
    resourceGroupName: group.name,
    location: "westeurope",
    environment: Environment.Development,
    model: { image: "localhost/iris:1" },
    leafDomainLabel: "contoso",
    tls: { mode: TlsMode.SelfSigned, hostname: "score.contoso.test" },
    dns: { zoneName: "contoso.test", ttl: 60 },
    keys: { enabled: true },
});
export const scoringUri = iris.scoringUri;
