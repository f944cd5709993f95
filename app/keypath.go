//go:build cgo && !headless

package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"nightlatch/fido"
)

// withPaths adds the connected keys at the paths of --key-path to those that cfg lists. A
// path may be a link, so that a key keeps its name when its path changes.
func withPaths(cfg fido.Config, paths []string) fido.Config {
	if len(paths) == 0 {
		return cfg
	}
	cfg.Devices = fido.Combine(cfg.Devices, keysAt(paths))
	cfg.Changes = fido.CombineChanges(cfg.Changes, fido.EverySecond) // nothing reports changes at other paths
	return cfg
}

func keysAt(paths []string) fido.Lister {
	return func(ctx context.Context) ([]fido.Device, error) {
		var real []string
		for _, path := range paths {
			switch to, err := filepath.EvalSymlinks(path); {
			case err == nil:
				real = append(real, to)
			case !errors.Is(err, fs.ErrNotExist):
				return nil, err
			}
		}
		return fido.Paths(real...)(ctx)
	}
}
