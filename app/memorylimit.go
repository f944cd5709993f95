package main

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
)

// memoryLimit returns the memory that the program may use: that of the machine or, if it is
// less, of its container or of GOMEMLIMIT. 0 means unknown.
func memoryLimit() uint64 {
	limit := uint64(math.MaxUint64)
	if own := collectorLimit(); own > 0 {
		limit = own
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil { // cgroups(7), version 2
		if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
			limit = min(limit, n)
		}
	}
	if n := machineMemory(); n > 0 {
		limit = min(limit, n)
	}
	if limit == math.MaxUint64 {
		return 0
	}
	return limit
}

// machineMemory reads MemTotal of proc(5), which only Linux has; 0 without it.
func machineMemory() uint64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "MemTotal:"); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return n << 10
		}
	}
	return 0
}
