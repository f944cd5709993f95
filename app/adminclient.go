package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"nightlatch/server/localsocket"
)

// askServer runs a verb in the server that uses c.dir. asked is false if none runs.
func (c *adminCommand) askServer(ctx context.Context, verb string) (asked bool, err error) {
	request, err := json.Marshal(c.request)
	if err != nil {
		return false, errors.New("app: the request cannot be encoded") // without the error, which may quote a secret
	}
	body, err := json.Marshal(adminCall{Protocol: adminProtocol, Verb: verb, Request: request})
	if err != nil {
		return false, errors.New("app: the request cannot be encoded")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answer, err := c.post(ctx, "/verb", body)
	if errors.Is(err, localsocket.ErrNone) {
		return false, nil
	}
	if err != nil {
		return true, c.explainSocket(ctx, err)
	}
	defer answer.Body.Close()
	report, done := c.reporter()
	defer done()
	silent := time.AfterFunc(adminSilence, func() { cancel(errSilent) })
	defer silent.Stop()
	for in := json.NewDecoder(answer.Body); ; {
		var line adminLine
		if err := in.Decode(&line); err != nil {
			return true, c.explainSocket(ctx, err)
		}
		silent.Reset(adminSilence)
		switch {
		case line.Done:
			return true, nil
		case line.Refused != "":
			return true, refuse(nil, "%s", line.Refused)
		case line.Say != "":
			report.say(line.Say)
		case line.What != "":
			report.progress(line.What, line.At, line.Total)
		}
	}
}

var errSilent = errors.New("app: the server does not answer")

// post sends a request to the socket of c.dir.
func (c *adminCommand) post(ctx context.Context, path string, body []byte) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return localsocket.Dial(ctx, c.dir, adminSocketName)
		},
		DisableKeepAlives:     true,
		DisableCompression:    true,
		ResponseHeaderTimeout: adminSilence,
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://nightlatch"+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	return client.Do(r)
}

// explainSocket turns an error of the socket into a refusal.
func (c *adminCommand) explainSocket(ctx context.Context, err error) error {
	dir := shortened(c.dir)
	var timeout net.Error
	switch {
	case errors.Is(err, localsocket.ErrStranger):
		return refuse(err, "The server that runs with the data in %s belongs to another user. Run this command as that user or as root.", dir)
	case errors.Is(context.Cause(ctx), errSilent), errors.As(err, &timeout) && timeout.Timeout():
		return refuse(err, "The server that runs with the data in %s does not answer. Stop it, or end its process, and try again.", dir)
	case ctx.Err() != nil:
		return refuse(err, "Interrupted. The running server may have finished the request.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(err, "The server that runs with the data in %s closed the connection. See its log, and check whether this was done before you try again.", dir)
	}
	return refuse(err, "The server that runs with the data in %s cannot be reached (%s). Run this command as the server's user or as root, or stop the server first.", dir, reason(err))
}
