package main

import (
	"context"
	"fmt"
	"time"
)

// The limits of memory, in bytes.
const (
	idleMemory = 40e6
	busyMemory = 160e6
)

const (
	busyClients = 256
	busySignIns = 8 * busyClients
	idleTime    = 5 * time.Second // after the ready line
)

// measureMemory measures the memory of the headless server: idle, and its maximum while
// 256 clients sign in.
func measureMemory(ctx context.Context, b *bench) error {
	server, people, err := b.crowdServer(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	if err := pause(ctx, idleTime); err != nil {
		return err
	}
	idle, err := resident(server.PID())
	if err != nil {
		return err
	}
	busy, err := load{server, people, busyClients}.signIns(busySignIns)(ctx)
	if err != nil {
		return err
	}
	most, err := peak(server.PID())
	if err != nil {
		return err
	}
	size := func(what, figure string, bytes int64, limit float64) {
		b.report.add(row{what, figure, fmt.Sprintf("≤ %.0f MB", limit/1e6), megabytes(float64(bytes)), float64(bytes) <= limit})
	}
	size("RSS of serve, idle", fmt.Sprintf("%s after the ready line", idleTime), idle, idleMemory)
	size(fmt.Sprintf("RSS of serve, %d clients", busyClients),
		fmt.Sprintf("maximum of %d sign-ins (%.1f/s)", busySignIns, busy.rate()), most, busyMemory)
	return nil
}
