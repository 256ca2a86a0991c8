/** Preloaded into a program: sends its requests for Docker Hub to the registry at TEST_REGISTRY (host and port). */
const original = globalThis.fetch;
globalThis.fetch = (url, options) => {
    const target = new URL(url);
    if (!/^(registry-1|auth)\.docker\.io$/.test(target.hostname)) return original(url, options);
    return original(`http://${process.env.TEST_REGISTRY}${target.pathname}${target.search}`, options);
};
