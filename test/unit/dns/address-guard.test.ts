import { describe, expect, it } from "vitest";
import { addressProblem } from "../../../components/dns/address-guard";

const FQDN = "contosoabc123.westeurope.azurecontainer.io";
const HOST = "score.contoso.com";

describe("the guard of the names that clients use", () => {
    it("lets a service with its own name go over to revisions, whose Azure names change", () => {
        expect(addressProblem({ fqdn: FQDN, hostname: HOST }, { hostname: HOST })).toBeUndefined();
        expect(addressProblem({ hostname: HOST }, { hostname: HOST })).toBeUndefined();
    });

    it("holds an Azure name that clients may use, as they have no other", () => {
        expect(addressProblem({ fqdn: FQDN }, { hostname: HOST })).toMatch(/would leave contosoabc123/);
        expect(addressProblem({ fqdn: FQDN }, { fqdn: "other.westeurope.azurecontainer.io" })).toMatch(
            /would move from contosoabc123/,
        );
    });

    it("holds the host name of revisions", () => {
        expect(addressProblem({ hostname: HOST }, { hostname: "other.contoso.com" })).toMatch(
            /no longer answer as score\.contoso\.com/,
        );
        expect(addressProblem({ hostname: HOST }, { fqdn: FQDN })).toMatch(/no longer answer as/);
    });
});
