import type { RefusedCase } from "./case";
import { containerGroup, resources } from "./resources";

/** Cores and memory: "Resource availability & quota limits for ACI", Azure/azure-cli#7355, virtual-kubelet/azure-aci. */
export const COMPUTE: readonly RefusedCase[] = [
    {
        because: "memory between steps of 0.1 GB",
        settings: { "model.memoryInGB": 0.75 },
        reported: { "model.memoryInGB": /is 0\.75, .* steps of 0\.1 GB; set it to 0\.7 or 0\.8/ },
        azure: { request: containerGroup({ model: resources(0.1, 0.75) }), code: "InvalidMemoryRequest" },
    },
    {
        because: "memory of the front between steps",
        settings: { "front.memoryInGB": 0.55 },
        reported: { "front.memoryInGB": /is 0\.55, .*; set it to 0\.5 or 0\.6/ },
        azure: { request: containerGroup({ front: resources(0.9, 0.55) }), code: "InvalidMemoryRequest" },
    },
    {
        because: "a memory limit between steps",
        settings: { "model.memoryInGB": 1, "model.memoryInGBLimit": 1.25 },
        reported: { "model.memoryInGBLimit": /is 1\.25, .*; set it to 1\.2 or 1\.3/ },
        azure: {
            request: containerGroup({ model: resources(0.1, 1, { memoryInGB: 1.25 }) }),
            code: "InvalidMemoryRequest",
        },
    },
    {
        because: "cores between steps of 0.01",
        settings: { "model.cpu": 0.125 },
        reported: { "model.cpu": /is 0\.125, .* steps of 0\.01 cores; set it to 0\.12 or 0\.13/ },
        azure: { request: containerGroup({ model: resources(0.125, 0.5) }), code: "InvalidCpuRequest" },
    },
    {
        because: "no cores",
        settings: { "model.cpu": 0 },
        reported: { "model.cpu": /is 0; set it to a number above 0, at most 31/ },
        azure: { request: containerGroup({ model: resources(0, 0.5) }), code: "InvalidResourceRequest" },
    },
    {
        because: "negative memory",
        settings: { "model.memoryInGB": -1 },
        reported: { "model.memoryInGB": /is -1; set it to a number above 0/ },
        azure: { request: containerGroup({ model: resources(0.1, -1) }), code: "InvalidResourceRequest" },
    },
    {
        because: "a model with more cores than a group can have",
        settings: { "model.cpu": 32 },
        reported: { "model.cpu": /is 32; set it to a number above 0, at most 31/ },
        azure: {
            request: containerGroup({ model: resources(32, 0.5) }),
            code: "ResourceRequestsAboveMaximum",
        },
    },
    {
        because: "more cores in total than a group can have",
        settings: { "model.cpu": 31 },
        reported: { "front.cpu": /31\.25 cores in total; Azure's maximum is 31, .*: lower a request/ },
        azure: {
            request: containerGroup({ model: resources(31, 0.5), front: resources(0.25, 0.5) }),
            code: "ResourceRequestsAboveMaximum",
        },
    },
    {
        because: "more memory in total than a group can have",
        settings: { "model.memoryInGB": 239.9 },
        reported: { "front.memoryInGB": /240\.4 GB in total; Azure's maximum is 240/ },
        azure: {
            request: containerGroup({ model: resources(0.1, 239.9) }),
            code: "ResourceRequestsAboveMaximum",
        },
    },
    {
        because: "less than one core in total",
        settings: { "front.cpu": 0.5 },
        reported: {
            "front.cpu": /0\.6 cores in total; Azure's minimum is 1: raise a request, or remove front\.cpu/,
        },
        azure: {
            request: containerGroup({ front: resources(0.5, 0.5) }),
            code: "ResourceRequestsBelowMinimum",
        },
    },
    {
        because: "less than one GB in total",
        settings: { "front.memoryInGB": 0.4 },
        reported: { "front.memoryInGB": /0\.9 GB in total; Azure's minimum is 1/ },
        azure: {
            request: containerGroup({ front: resources(0.9, 0.4) }),
            code: "ResourceRequestsBelowMinimum",
        },
    },
    {
        because: "a limit of cores below the request",
        settings: { "model.cpu": 2, "model.cpuLimit": 1 },
        reported: { "model.cpuLimit": /is 1, less than model\.cpu \(2\); increase or remove it/ },
        azure: {
            request: containerGroup({ model: resources(2, 0.5, { cpu: 1 }) }),
            code: "ResourceLimitsLessThanRequests",
        },
    },
    {
        because: "a limit of memory below the request",
        settings: { "model.memoryInGB": 2, "model.memoryInGBLimit": 1 },
        reported: { "model.memoryInGBLimit": /less than model\.memoryInGB \(2\)/ },
        azure: {
            request: containerGroup({ model: resources(0.1, 2, { memoryInGB: 1 }) }),
            code: "ResourceLimitsLessThanRequests",
        },
    },
    {
        because: "a limit of cores above the total of the group",
        settings: { "model.cpuLimit": 2 },
        reported: {
            "model.cpuLimit": /is 2, .* request 1 cores in total; lower it to at most that, or remove it/,
        },
        azure: {
            request: containerGroup({ model: resources(0.1, 0.5, { cpu: 2 }) }),
            code: "ContainerLimitGreaterThanContainerGroupTotalRequest",
        },
    },
    {
        because: "a limit of memory above the total of the group",
        settings: { "model.memoryInGBLimit": 4 },
        reported: { "model.memoryInGBLimit": /is 4, .* request 1 GB in total/ },
        azure: {
            request: containerGroup({ model: resources(0.1, 0.5, { memoryInGB: 4 }) }),
            code: "ContainerLimitGreaterThanContainerGroupTotalRequest",
        },
    },
    {
        because: "a GPU",
        settings: { "model.gpu": { count: 1, sku: "V100" } },
        reported: {
            "model.gpu": /retired GPUs .*; remove it, and use SecureAksInference \(hosting Kubernetes\)/,
        },
        azure: {
            request: containerGroup({
                model: { resources: { requests: { cpu: 1, memoryInGB: 1, gpu: { count: 1, sku: "V100" } } } },
            }),
            code: "GpuNotSupported",
        },
    },
];
