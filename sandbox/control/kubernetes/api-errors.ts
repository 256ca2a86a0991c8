import { ApiException } from "@kubernetes/client-node";

/**
 * Waits for a request and ignores answers with one of these HTTP status codes. For requests that may find their work
 * done already: 409 when an object to create exists, 404 when an object to delete does not.
 */
export async function ignoringStatus(codes: readonly number[], request: Promise<unknown>): Promise<void> {
    try {
        await request;
    } catch (error) {
        if (!(error instanceof ApiException && codes.includes(error.code))) throw error;
    }
}
