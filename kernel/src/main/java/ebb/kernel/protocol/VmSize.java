package ebb.kernel.protocol;

/// A size of machine in the catalogue.
public record VmSize(String name, String family, int vcpus, int memoryMebibytes, int gpus) {}
