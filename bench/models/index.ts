import { benchModelChange } from "./change";
import { benchModelsFront } from "./front";
import { benchModelsPreview } from "./preview";

/** One, ten and a hundred models behind one front on Kubernetes: declaring them, starting the front, changing one. */
export async function benchModels(): Promise<void> {
    await benchModelsPreview();
    await benchModelsFront();
    await benchModelChange();
}
