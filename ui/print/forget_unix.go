//go:build !windows

package print

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"os/user"
	"strings"
	"time"
)

// Forget waits until a job is done and then deletes it from the print system. By
// default CUPS keeps every document for a day, and this one contains codes. Forget
// polls once a second until ctx ends.
func Forget(ctx context.Context, jobID string) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		waiting, says, err := run(ctx, nil, "lpstat", "-W", "not-completed", "-o")
		if err != nil && !errors.As(err, new(*exec.ExitError)) {
			return err
		}
		if unreachable(says) {
			return fmt.Errorf("%w: %s", ErrPrintSystemMissing, says)
		}
		if !listed(waiting, jobID) {
			return purge(ctx, jobID)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("print: waiting for job %s: %w", jobID, ctx.Err())
		case <-tick.C:
		}
	}
}

// listed reports whether a job is in the output of lpstat -o: "queue-12  user  …".
func listed(jobs, id string) bool {
	for line := range strings.Lines(jobs) {
		if name, _, _ := strings.Cut(line, " "); name == id {
			return true
		}
	}
	return false
}

// purge sends Cancel-Job with the attribute purge-job (CUPS Implementation of IPP,
// "Cancel-Job"), which deletes a finished job with its files. The program cancel -x
// sends a different attribute, which the scheduler does not know.
func purge(ctx context.Context, jobID string) error {
	_, number, ok := cutLast(jobID, "-")
	if !ok {
		return fmt.Errorf("print: %q is not a job ID", jobID)
	}
	me, err := user.Current()
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	server, _, err := run(ctx, nil, "lpstat", "-H")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPrintSystemMissing, err)
	}
	reply, err := post(ctx, strings.TrimSpace(server), me.Username, cancelJob("ipp://localhost/jobs/"+number, me.Username))
	if err != nil {
		return fmt.Errorf("print: purging job %s: %w", jobID, err)
	}
	if status := binary.BigEndian.Uint16(reply[2:4]); status > 0x00ff { // RFC 8011, B.1: 0x0000 to 0x00ff are successful
		return &FailedError{Printer: jobID, Says: fmt.Sprintf("Cancel-Job failed with IPP status %#04x", status)}
	}
	return nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// Tags of IPP (RFC 8010, 3.5).
const (
	ippOperation = 0x01
	ippEnd       = 0x03
	ippBoolean   = 0x22
	ippName      = 0x42
	ippURI       = 0x45
	ippCharset   = 0x47
	ippLanguage  = 0x48
)

// cancelJob encodes the request (RFC 8010, 3.1).
func cancelJob(job, who string) []byte {
	var b bytes.Buffer
	b.Write([]byte{2, 0, 0, 8, 0, 0, 0, 1, ippOperation}) // version 2.0, Cancel-Job, request 1
	attribute := func(tag byte, name string, value []byte) {
		b.WriteByte(tag)
		for _, part := range [][]byte{[]byte(name), value} {
			b.Write(binary.BigEndian.AppendUint16(nil, uint16(len(part))))
			b.Write(part)
		}
	}
	attribute(ippCharset, "attributes-charset", []byte("utf-8"))
	attribute(ippLanguage, "attributes-natural-language", []byte("en"))
	attribute(ippURI, "job-uri", []byte(job))
	attribute(ippName, "requesting-user-name", []byte(who))
	attribute(ippBoolean, "purge-job", []byte{1})
	b.WriteByte(ippEnd)
	return b.Bytes()
}

// post sends a request to the scheduler at the path of a socket or at host:port. On a
// local socket, the scheduler gets the user from the kernel.
func post(ctx context.Context, server, who string, request []byte) ([]byte, error) {
	local := strings.HasPrefix(server, "/")
	if local {
		server = strings.TrimSuffix(server, ":631")
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		if local {
			return d.DialContext(ctx, "unix", server)
		}
		return d.DialContext(ctx, network, addr)
	}}
	host := server
	if local {
		host = "localhost"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+host+"/jobs/", bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/ipp")
	if local {
		req.Header.Set("Authorization", "PeerCred "+who)
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the scheduler answered %s", resp.Status)
	case len(reply) < 8:
		return nil, errors.New("the answer of the scheduler is incomplete")
	}
	return reply, nil
}
