package main

import (
	"context"
	"errors"

	"nightlatch/fido/virtual"
	"nightlatch/server/api"
	"nightlatch/server/lab"
)

// virtualKeys lets the lab plug in fido's virtual keys: fido and server never
// import each other.
type virtualKeys struct{ *virtual.Bench }

func (v virtualKeys) Plug(_ context.Context, name, transport, pin string) (api.LabKey, error) {
	k, err := v.Bench.Plug(name, transport, pin)
	if err != nil {
		return api.LabKey{}, benchError(err)
	}
	return labKey(k), nil
}

func (v virtualKeys) Touch(id string) error { return benchError(v.Bench.Touch(id)) }

func (v virtualKeys) SetAutoTouch(id string, on bool) error {
	return benchError(v.Bench.SetAutoTouch(id, on))
}

// Unplug pulls a key out; one that is out already stays out.
func (v virtualKeys) Unplug(id string) error {
	if err := v.Bench.Unplug(id); !errors.Is(err, virtual.ErrUnplugged) {
		return benchError(err)
	}
	return nil
}

// Replug plugs a key in; one that is in already stays in.
func (v virtualKeys) Replug(id string) error {
	if _, err := v.Bench.Replug(id); !errors.Is(err, virtual.ErrPlugged) {
		return benchError(err)
	}
	return nil
}

func (v virtualKeys) List() []api.LabKey {
	keys := []api.LabKey{}
	for _, k := range v.Bench.List() {
		keys = append(keys, labKey(k))
	}
	return keys
}

func (v virtualKeys) Reset() error {
	for _, k := range v.Bench.List() {
		if err := v.Remove(k.ID); err != nil && !errors.Is(err, virtual.ErrUnknown) {
			return err
		}
	}
	return nil
}

func labKey(k virtual.Key) api.LabKey {
	auto := k.AutoTouch
	return api.LabKey{
		ID: k.ID, Name: k.Name, Transport: k.Transport, Path: k.Path, HasPIN: k.PIN,
		AutoTouch: &auto, WaitingForTouch: k.WaitingForTouch, PluggedIn: k.Plugged(),
	}
}

// benchError says in the lab's errors what the bench said in its own.
func benchError(err error) error {
	switch {
	case errors.Is(err, virtual.ErrUnknown):
		return lab.ErrNoKey
	case errors.Is(err, virtual.ErrUnplugged):
		return lab.ErrUnplugged
	case errors.Is(err, virtual.ErrFull):
		return lab.ErrBenchFull
	}
	return err
}
