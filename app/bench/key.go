package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"nightlatch/app/harness"
	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/virtual"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/seed"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/checked"
	"nightlatch/server/store/seal"
)

// keyTime is the limit for enrolling a security key and signing in with it, without
// Argon2id and the disk, in milliseconds.
const keyTime = 20

const (
	keyRounds     = 200 // without hashing and disk
	keyRealRounds = 20  // with both
)

// measureKeys measures an enrolment and a sign-in with a virtual key that needs no touch:
// HTTP over loopback, libfido2 over a pseudo-terminal, the server's rules. Nothing is
// subtracted: Argon2id runs with its lowest cost (8 KiB, one pass), and the database is
// in memory.
func measureKeys(ctx context.Context, b *bench) error {
	memory, err := os.MkdirTemp("/dev/shm", "nightlatch-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(memory)
	bare, err := keyRoundsOf(ctx, memory, account.Params{Memory: 8, Time: 1, Threads: 1}, keyRounds)
	if err != nil {
		return err
	}
	disk, err := b.sub("keys")
	if err != nil {
		return err
	}
	whole, err := keyRoundsOf(ctx, disk, account.DefaultParams(), keyRealRounds)
	if err != nil {
		return err
	}
	all := medianOf(bare, keyRound.total)
	b.report.atMost("enrol and sign in, without Argon2id and disk",
		fmt.Sprintf("%s; p99 %s", millis(all), millis(slowest(bare))), all/1e6, keyTime, "%.2f ms")
	b.report.note("  part: the key makes a credential", millis(medianOf(bare, keyRound.made)), "")
	b.report.note("  part: the key signs", millis(medianOf(bare, keyRound.got)), "")
	b.report.note("  part: server and network", millis(medianOf(bare, keyRound.rest)), "")
	b.report.note("the same, with Argon2id and disk", millis(medianOf(whole, keyRound.total)), "")
	return nil
}

// A keyRound has the times of one enrolment and one sign-in.
type keyRound struct{ enrol, signIn, create, get time.Duration }

func (r keyRound) total() time.Duration { return r.enrol + r.signIn }
func (r keyRound) made() time.Duration  { return r.create }
func (r keyRound) got() time.Duration   { return r.get }
func (r keyRound) rest() time.Duration  { return r.total() - r.create - r.get }

func medianOf(rounds []keyRound, figure func(keyRound) time.Duration) float64 {
	all := make([]float64, len(rounds))
	for i, r := range rounds {
		all[i] = float64(figure(r))
	}
	return median(all)
}

// slowest returns the 99th percentile of the totals.
func slowest(rounds []keyRound) float64 {
	all := make([]time.Duration, len(rounds))
	for i, r := range rounds {
		all[i] = r.total()
	}
	return float64(slices.Sorted(slices.Values(all))[len(all)*99/100])
}

// keyRoundsOf runs the rounds, each with another account.
func keyRoundsOf(ctx context.Context, dir string, cost account.Params, rounds int) (_ []keyRound, err error) {
	users := &seed.Seed{}
	for i := range rounds + 1 {
		name := memberName(i)
		users.Accounts = append(users.Accounts, seed.Account{Username: name, Password: password, Email: name + "@example.org"})
	}
	url, stop, err := keyServer(ctx, dir, cost, users)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	keys, err := virtual.New(virtual.Config{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	k, err := keys.Plug("bench", fido.USB, "")
	if err != nil {
		return nil, err
	}
	if err := keys.SetAutoTouch(k.ID, true); err != nil {
		return nil, err
	}
	c, err := fido.New(fido.Config{Open: libfido2.Backend{}, Devices: keys.Devices, Origin: url})
	if err != nil {
		return nil, err
	}
	var all []keyRound
	for i := range rounds + 1 {
		p := harness.NewPerson(client.New(url, nil), memberName(i))
		r, err := keyCeremonies(ctx, p, c, fido.Device{Path: k.Path, Transport: k.Transport, Virtual: true})
		if err != nil {
			return nil, err
		}
		if i > 0 { // the first one warms up
			all = append(all, r)
		}
	}
	return all, nil
}

// keyServer starts a server in this process. It has a lab, because only a lab accepts
// virtual keys.
func keyServer(ctx context.Context, dir string, cost account.Params, users *seed.Seed) (url string, stop func() error, err error) {
	hasher, err := account.NewHasher(account.HasherConfig{Parallel: runtime.GOMAXPROCS(0), Queue: 64, Params: cost})
	if err != nil {
		return "", nil, err
	}
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(dir, databaseName), Now: time.Now})
	if err != nil {
		return "", nil, err
	}
	keys := seal.New([32]byte{1})
	srv, err := server.New(server.Config{
		Store: checked.Wrap(s, keys), Sealer: keys, Policy: account.Classic(), Hasher: hasher, RPID: "localhost", Now: time.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), KeepMail: true, Lab: http.NotFoundHandler(), Version: "bench", Seed: users,
	})
	if err != nil {
		return "", nil, errors.Join(err, s.Close())
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(err, s.Close())
	}
	url = fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
	if err := srv.SetURL(url); err != nil {
		return "", nil, errors.Join(err, l.Close(), s.Close())
	}
	running, cancel := context.WithCancel(ctx)
	ran, served := make(chan error, 1), make(chan error, 1)
	web := &http.Server{Handler: srv.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { ran <- srv.Run(running) }()
	go func() { served <- web.Serve(l) }()
	return url, func() error {
		cancel()
		err := web.Close()
		<-served // always ErrServerClosed
		if ended := <-ran; !errors.Is(ended, context.Canceled) {
			err = errors.Join(err, ended)
		}
		return errors.Join(err, s.Close())
	}, nil
}

// keyCeremonies enrols a key for a person and signs in with it.
func keyCeremonies(ctx context.Context, p *harness.Person, c *fido.Client, d fido.Device) (r keyRound, err error) {
	if err := p.SignIn(ctx, ""); err != nil {
		return r, err
	}
	enrol := func(v api.View) (api.Input, error) {
		step, ok := v.Step.(api.UseSecurityKey)
		if !ok {
			return nil, nil
		}
		begun := time.Now()
		response, err := c.Create(ctx, d, json.RawMessage(step.Create), noUser{})
		r.create = time.Since(begun)
		return api.KeyResponse{Response: response}, err
	}
	begun := time.Now()
	if _, err := p.Play(ctx, api.Begin{Kind: api.EnrollKey}, enrol); err != nil {
		return r, err
	}
	r.enrol = time.Since(begun)

	signIn := func(v api.View) (api.Input, error) {
		step, ok := v.Step.(api.UseSecurityKey)
		if !ok {
			return nil, nil
		}
		begun := time.Now()
		response, err := c.Get(ctx, d, json.RawMessage(step.Get), noUser{})
		r.get = time.Since(begun)
		return api.KeyResponse{Response: response}, err
	}
	p.Client = p.Client.WithToken("")
	begun = time.Now()
	view, err := p.Play(ctx, api.Begin{Kind: api.SignIn}, signIn)
	if err != nil {
		return r, err
	}
	r.signIn = time.Since(begun)
	if _, ok := view.Step.(api.SignedIn); !ok || r.get == 0 || r.create == 0 {
		return r, fmt.Errorf("%s is not signed in with the key, but at %s", p.Name, view.Step.StepType())
	}
	return r, nil
}

// noUser is for a key without a PIN that needs no touch.
type noUser struct{}

func (noUser) Show(fido.Prompt) {}
func (noUser) PIN(context.Context, int, bool) (string, error) {
	return "", errors.New("a PIN was asked for")
}
