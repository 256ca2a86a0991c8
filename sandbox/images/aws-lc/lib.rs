// Cargo accepts no package without a source file. Only the source of the dependency is used.
