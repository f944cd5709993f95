package main

import "testing"

func TestConnections(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		what                string
		memory, descriptors uint64
		want                int
	}{
		{"nothing is known", 0, 0, mostConnections},
		{"4 GB, many descriptors", 4 << 30, 1 << 20, mostConnections},
		{"2 GB", 2 << 30, 1 << 20, 8192},
		{"1,024 descriptors", 2 << 30, 1024, 768},
		{"256 descriptors", 2 << 30, 256, 128},
		{"a tiny container", 8 << 20, 1 << 20, fewestConnections},
	} {
		if got := connections(tt.memory, tt.descriptors); got != tt.want {
			t.Errorf("%s: %d; want %d", tt.what, got, tt.want)
		}
	}
	if n := connections(memoryLimit(), descriptorLimit()); n < fewestConnections || n > mostConnections {
		t.Errorf("this machine: %d", n)
	}
}
