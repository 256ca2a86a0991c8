import * as path from "node:path";
import { execa } from "execa";
import { debianPackages } from "../../machine/debian";
import type { ImageRecipe } from "./recipe";

const EXAMPLE = path.join(__dirname, "..", "..", "examples", "iris");

/** Where Debian's Python looks for packages that are not Debian's. */
const SITE_PACKAGES = "usr/local/lib/python3.13/dist-packages";

/** What `examples/iris/Dockerfile` builds, on Debian's Python. */
export async function irisImage(): Promise<ImageRecipe> {
    const pip = await hostPip();
    const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
    const platforms = ["manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28"].map(
        platform => `--platform ${platform}_${machine}`,
    );
    return {
        name: "localhost/iris:1",
        packages: ["python3", "libstdc++6", "ca-certificates"],
        after: `set -eu
packages="$1/${SITE_PACKAGES}"
python3 -m pip install --quiet --no-cache-dir --no-compile --only-binary :all: --python-version 3.13 \\
    ${platforms.join(" ")} --target "$packages" --requirement "$EXAMPLE/requirements.txt"
# Programs name the Python that installed them, and tests are a third of all files.
sed --in-place '1s|^#!.*|#!/usr/bin/python3|' "$packages"/bin/*
mv "$packages"/bin/* "$1/usr/local/bin/"
find "$packages" -type d -name tests -prune -exec rm -r {} +
mkdir -p "$1/app/model"
cp "$EXAMPLE/score.py" "$EXAMPLE/train.py" "$EXAMPLE/requirements.txt" "$1/app/"
chroot "$1" python3 /app/train.py /app/model
# Its user may not write, so the server would compile every module again at every start.
chroot "$1" python3 -m compileall -q /${SITE_PACKAGES} || true
`,
        environment: { EXAMPLE, PYTHONPATH: pip.pythonPath },
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

/** The machine's pip, else the distribution's. */
async function hostPip(): Promise<{ pythonPath: string }> {
    const { failed } = await execa("python3", ["-m", "pip", "--version"], { reject: false });
    if (!failed) return { pythonPath: process.env.PYTHONPATH ?? "" };
    const tree = await debianPackages(["python3-pip"]);
    return { pythonPath: tree.path("usr/lib/python3/dist-packages") };
}
