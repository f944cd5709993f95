package delivery

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// A message says how long its code is valid from when it is sent, also after a change of the
// clock. If the code can't be used any more, the message is not sent, and not kept either.
func TestStatesTheTrueRest(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		passes time.Duration // between the transaction and the sending
		want   string        // "": not sent
	}{
		"at once":                   {0, "is valid for 1 hour."},
		"a mail server that hung":   {50 * time.Minute, "is valid for 10 minutes."},
		"almost too late":           {59*time.Minute + 30*time.Second, "is valid for 30 seconds."},
		"too late":                  {time.Hour, ""},
		"the clock a day back":      {-24 * time.Hour, ""},
		"the clock years back":      {-10 * 365 * 24 * time.Hour, ""},
		"the clock five minutes on": {5 * time.Minute, "is valid for 55 minutes."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, keep := range []bool{false, true} {
				b := newBench(t)
				if err := b.store.Update(t.Context(), func(tx store.Tx) error { return tx.Put("acct/ann", []byte("{}")) }); err != nil {
					t.Fatal(err)
				}
				b.enqueue(Message{
					Channel: api.ByEmail, To: "ann@example.org", Template: EmailCode, Args: map[string]string{"code": "123456"},
					Until: b.now().Add(time.Hour), Account: "ann", Secret: true, Keep: keep,
				})
				b.advance(tt.passes)
				b.drain()
				var bodies []string
				for _, m := range b.carrier.arrived() {
					bodies = append(bodies, m.body)
				}
				for _, m := range b.kept("ann") {
					bodies = append(bodies, m.Text)
				}
				switch {
				case tt.want == "" && len(bodies) != 0:
					t.Errorf("kept %v: sent %q", keep, bodies)
				case tt.want != "" && (len(bodies) != 1 || !strings.Contains(bodies[0], tt.want)):
					t.Errorf("kept %v: sent %q", keep, bodies)
				}
				if n := b.rows(); n != 0 {
					t.Errorf("kept %v: %d rows are left", keep, n)
				}
			}
		})
	}
}
