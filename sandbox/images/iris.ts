import * as path from "node:path";
import { execa } from "execa";
import { debianPackages } from "../../machine/debian";
import type { ImageRecipe } from "./recipe";

const EXAMPLE = path.join(__dirname, "..", "..", "examples", "iris");

/** Where Debian's Python finds packages of pip, relative to the root. */
const SITE_PACKAGES = "usr/local/lib/python3.13/dist-packages";

/** The image of `examples/iris/Dockerfile`, based on Debian's Python. */
export async function irisImage(): Promise<ImageRecipe> {
    const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
    const platforms = ["manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28"].map(
        platform => `--platform ${platform}_${machine}`,
    );
    return {
        name: "localhost/iris:1",
        packages: ["python3", "libstdc++6", "ca-certificates"],
        script: path.join(__dirname, "iris.sh"),
        environment: {
            EXAMPLE,
            SITE_PACKAGES,
            PIP_PLATFORMS: platforms.join(" "),
            PYTHONPATH: await pipPythonPath(),
        },
        inputs: ["requirements.txt", "score.py", "train.py"].map(file => path.join(EXAMPLE, file)),
        configuration: {
            Env: [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "AZUREML_MODEL_DIR=/app/model",
            ],
            Cmd: ["azmlinfsrv", "--entry_script", "score.py", "--port", "5001"],
            ExposedPorts: { "5001/tcp": {} },
            User: "1000:1000",
            WorkingDir: "/app",
        },
    };
}

/** The PYTHONPATH with which python3 finds pip: that of the machine, else of the distribution's package. */
async function pipPythonPath(): Promise<string> {
    const { failed } = await execa("python3", ["-m", "pip", "--version"], { reject: false });
    if (!failed) return process.env.PYTHONPATH ?? "";
    const tree = await debianPackages(["python3-pip"]);
    return tree.path("usr/lib/python3/dist-packages");
}
