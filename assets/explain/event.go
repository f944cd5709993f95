package explain

import (
	"strings"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// Event says what happened, in one line. The most specific translation is used:
// activity.<type>.<detail>, then activity.<type>.
func Event(w *assets.Catalog, e api.Activity) string {
	args := eventArgs(w, e)
	for _, detail := range []string{"method", "protocol", "factor"} {
		if v := e.Details[detail]; v != "" {
			if key := "activity." + string(e.Type) + "." + v; w.Has(key) {
				return w.T(key, args)
			}
		}
	}
	if key := "activity." + string(e.Type); w.Has(key) {
		return w.T(key, args)
	}
	return w.T("activity.other", assets.Args{"type": string(e.Type)})
}

// EventDetail is a second line, "" for none.
func EventDetail(w *assets.Catalog, e api.Activity) string {
	args := eventArgs(w, e)
	if reason := e.Details["reason"]; reason != "" {
		if key := "activity.reason." + reason; w.Has(key) {
			return w.T(key, args)
		}
	}
	if key := "activity." + string(e.Type) + ".detail"; w.Has(key) {
		return w.T(key, args)
	}
	return ""
}

// eventArgs are the details as arguments of a translation.
func eventArgs(w *assets.Catalog, e api.Activity) assets.Args {
	args := assets.Args{"label": "", "number": "", "count": "", "address": "", "was": "", "method": "", "factor": ""}
	for k, v := range e.Details {
		args[k] = v
	}
	for _, name := range []string{"method", "factor"} {
		if key := "activity.by." + e.Details[name]; e.Details[name] != "" && w.Has(key) {
			args[name] = w.T(key)
		}
	}
	if p := e.Details["protocol"]; p != "" {
		args["protocol"] = Service(w, p)
	}
	return args
}

// Client is the name of a client. place is its remote address.
func Client(w *assets.Catalog, client, place string) string {
	switch {
	case place == "console" && (client == "" || client == "Nightlatch"):
		return w.T("ui.client.here")
	case place == "console":
		return client
	case client == "seed" || place == "seed":
		return w.T("ui.client.seed")
	case client == "" && place == "":
		return ""
	case client == "":
		return place
	case place == "" || place == "127.0.0.1" || place == "::1":
		return client
	}
	return w.T("ui.client.at", client, place)
}

// Service is the name of a service that other programs use; "" is any service.
func Service(w *assets.Catalog, service string) string {
	if service == "" {
		return w.T("ui.service.any")
	}
	if key := "ui.service." + service; w.Has(key) {
		return w.T(key)
	}
	return service
}

// EventText is all that a search for an event looks at: what the activity list shows, in the
// catalog's language, and the event as the interface returns it.
func EventText(w *assets.Catalog, e api.Activity) string {
	text := []string{
		Event(w, e), EventDetail(w, e), Client(w, e.Client, e.RemoteAddr),
		string(e.Type), e.Rule, e.Client, e.RemoteAddr, e.At.UTC().Format("2006-01-02"),
	}
	for _, v := range e.Details {
		text = append(text, v)
	}
	return strings.Join(text, "\n")
}
