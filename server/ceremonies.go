package server

import (
	"errors"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/changes"
)

// begin begins a ceremony.
func (s *Server) begin(c *call, in api.Begin) (api.View, error) {
	if in.Kind == "" {
		return api.View{}, malformed("kind", "Name the kind of ceremony.")
	}
	v, err := s.ceremonies.Begin(c.r.Context(), c.caller(), in)
	return s.told(c, v, err)
}

// look looks at a ceremony again.
func (s *Server) look(c *call) (api.View, error) {
	v, err := s.ceremonies.Get(c.r.Context(), c.caller(), c.r.PathValue("id"))
	return v, s.orSignIn(c, err)
}

// answerStep answers a ceremony's step. Revisions begin with 1: none is a client
// that does not know of them, not one that was overtaken.
func (s *Server) answerStep(c *call, in api.Answer) (api.View, error) {
	if in.Rev < 1 {
		return api.View{}, malformed("rev", "Give rev: the revision of the view that is answered, as it stands there.")
	}
	v, err := s.ceremonies.Answer(c.r.Context(), c.caller(), c.r.PathValue("id"), in)
	return s.told(c, v, err)
}

// cancel ends a ceremony without effect.
func (s *Server) cancel(c *call) error {
	err := s.ceremonies.Cancel(c.r.Context(), c.caller(), c.r.PathValue("id"))
	_, err = s.told(c, api.View{}, err)
	return err
}

// told tells the account's other clients that one of its ceremonies moved; what
// the store shows says only when one begins or ends.
func (s *Server) told(c *call, v api.View, err error) (api.View, error) {
	if err == nil && c.session != nil {
		s.hub.Add(c.session.Account, changes.Ceremony)
	}
	return v, s.orSignIn(c, err)
}

// orSignIn makes "not found" of a client whose session has ended into what it
// needs to hear: to sign in again.
func (s *Server) orSignIn(c *call, err error) error {
	if c.stale && errors.Is(err, ceremony.ErrNotFound) {
		return errSignInRequired
	}
	return err
}
