package main

import (
	"context"
	"fmt"
	"time"
)

// The bars of memory, in bytes.
const (
	idleMemory = 40e6
	busyMemory = 160e6
)

const (
	busyClients = 256
	busySignIns = 8 * busyClients
	idleFor     = 5 * time.Second // after the ready line
)

// measureMemory looks at what the server alone keeps in memory: idle, and the
// most it ever had with 256 clients signing in.
func measureMemory(ctx context.Context, b *bench) error {
	server, people, err := b.house(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	if err := pause(ctx, idleFor); err != nil {
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
	size := func(what, figure string, bytes int64, bar float64) {
		b.report.add(row{what, figure, fmt.Sprintf("≤ %.0f MB", bar/1e6), megabytes(float64(bytes)), float64(bytes) <= bar})
	}
	size("RSS of serve, idle", fmt.Sprintf("%s after it was ready", idleFor), idle, idleMemory)
	size(fmt.Sprintf("RSS of serve, %d clients", busyClients),
		fmt.Sprintf("the most in %d sign-ins (%.1f/s)", busySignIns, busy.rate()), most, busyMemory)
	return nil
}
