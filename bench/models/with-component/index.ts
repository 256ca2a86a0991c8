/** Many models with the component. Its rival is `by-hand/`. */
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { Environment, SecureAksInference, TlsMode } from "../../../components";

const count = new pulumi.Config().requireNumber("models");
const group = new resources.ResourceGroup("inference", {
    resourceGroupName: "inference",
    location: "westeurope",
});
const models = new SecureAksInference("inference", {
    resourceGroupName: group.name,
    location: "westeurope",
    environment: Environment.Development,
    cluster: { create: {} },
    models: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
            `model-${index}`,
            {
                image: `contoso.azurecr.io/model-${index}:1`,
                environment: { MODEL_NAME: `model-${index}` },
                keys: { enabled: true },
            },
        ]),
    ),
    leafDomainLabel: "contoso",
    tls: { mode: TlsMode.SelfSigned },
});
export const { services, fqdn, ipAddress, certificate, keys, kubeconfig } = models;
