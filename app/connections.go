package main

import "nightlatch/server"

const (
	// connectionBytes is the memory of an idle connection: two goroutines' stacks and
	// buffers, with the room that the collector leaves.
	connectionBytes = 32 << 10
	// connectionShare is the part of the memory that idle connections may take.
	connectionShare = 8
	// descriptorsKept are for the database, standard streams, mail servers, text gateways
	// and keys.
	descriptorsKept = 256

	fewestConnections = 64
	mostConnections   = 16384
)

// connections returns how many connections the server keeps, from the memory and the
// descriptors that the program may use; 0 means unknown.
func connections(memory, descriptors uint64) int {
	n := uint64(mostConnections)
	if memory > 0 {
		n = min(n, memory/connectionShare/connectionBytes)
	}
	if descriptors > 0 {
		kept := min(descriptorsKept, descriptors/2)
		n = min(n, descriptors-kept)
	}
	return int(max(n, fewestConnections))
}

// limitConnections sets the limit for this machine.
func limitConnections(cfg *server.Config) {
	cfg.Connections = connections(memoryLimit(), descriptorLimit())
}
