import { benchModelChange } from "./change";
import { benchModelsFront } from "./front";
import { benchModelsPreview } from "./preview";

/** Measures one, ten and a hundred models behind one front on Kubernetes: the preview, the start of the front, and a change of one model. */
export async function benchModels(): Promise<void> {
    await benchModelsPreview();
    await benchModelsFront();
    await benchModelChange();
}
