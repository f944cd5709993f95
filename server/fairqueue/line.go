package fairqueue

import "slices"

// A line has the waiting requests of one class.
type line struct {
	sources map[string]*source
	ring    []*source // sources with waiting requests, the one whose turn is next first
}

// A source has its waiting requests in the order of arrival.
type source struct {
	name    string
	tickets []*ticket
}

func (l *line) empty() bool { return len(l.ring) == 0 }

// add appends a ticket to its source. A new source comes after the other sources.
func (l *line) add(name string, t *ticket) {
	s := l.sources[name]
	if s == nil {
		s = &source{name: name}
		l.sources[name] = s
		l.ring = append(l.ring, s)
	}
	s.tickets = append(s.tickets, t)
}

// take removes the oldest ticket of the source whose turn it is. That source is then
// behind the others.
func (l *line) take() *ticket {
	s := l.ring[0]
	l.ring = l.ring[1:]
	t := s.tickets[0]
	s.tickets = s.tickets[1:]
	if len(s.tickets) > 0 {
		l.ring = append(l.ring, s)
	} else {
		delete(l.sources, s.name)
	}
	return t
}

// dropNewest removes the newest ticket of the source with the most tickets; among equal
// ones, of the source whose turn is last. It returns nil for an empty line.
func (l *line) dropNewest() *ticket {
	var noisiest *source
	for _, s := range l.ring {
		if noisiest == nil || len(s.tickets) >= len(noisiest.tickets) {
			noisiest = s
		}
	}
	if noisiest == nil {
		return nil
	}
	t := noisiest.tickets[len(noisiest.tickets)-1]
	l.remove(noisiest.name, t)
	return t
}

// remove takes a ticket out.
func (l *line) remove(name string, t *ticket) {
	s := l.sources[name]
	s.tickets = slices.DeleteFunc(s.tickets, func(other *ticket) bool { return other == t })
	if len(s.tickets) > 0 {
		return
	}
	delete(l.sources, name)
	l.ring = slices.DeleteFunc(l.ring, func(other *source) bool { return other == s })
}
