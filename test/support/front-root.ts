import { frontRoot } from "../../sandbox/images";
import { awsLcFrontRoot } from "../../sandbox/images/aws-lc-front";

/** Whether HAProxy is built with AWS-LC, as in the project `servers-front-aws-lc`, or with OpenSSL. */
export const WITH_AWS_LC = process.env.TEST_NEEDS === "aws-lc";

/** Folder with the files of the image of the front under test. */
export function testedFrontRoot(): Promise<string> {
    return WITH_AWS_LC ? awsLcFrontRoot() : frontRoot();
}
