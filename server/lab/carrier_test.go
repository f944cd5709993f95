package lab

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/server/api"
)

func TestTextArrivesAtOnce(t *testing.T) {
	w := newWorld(t)
	w.text(t, "Your code is 123456.")
	for _, spelling := range []string{demo, "%2B12025550143", "12025550143", "+1-202-555-0143"} {
		w.wantTexts(t, spelling, "Your code is 123456.")
	}
	w.wantTexts(t, "+12025550144")
}

func TestTextToNoNumber(t *testing.T) {
	w := newWorld(t)
	if err := w.Text(t.Context(), "0143", "hello"); err == nil {
		t.Error("a text went to 0143")
	}
}

func TestDelayRunsOnTheLabsClock(t *testing.T) {
	w := newWorld(t)
	w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"carrier":{"delay":"2m"}}`, nil)
	w.text(t, "late")
	w.wantTexts(t, demo)
	w.call(t, "PUT", "/lab/v1/clock", `{"advance":"1m59s"}`, nil)
	w.wantTexts(t, demo)
	w.call(t, "PUT", "/lab/v1/clock", `{"advance":"1s"}`, nil)
	w.wantTexts(t, demo, "late")
}

func TestDelayedTextArrivesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"carrier":{"delay":"90s"}}`, nil)
		w.text(t, "late")
		w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"carrier":{"delay":"30s"}}`, nil)
		w.text(t, "overtakes")

		arrived := w.feed.subscribe()
		arrivals := func() int {
			n := 0
			w.view(demo, func(p *phone) { n = len(p.in.inbox) })
			return n
		}
		start := time.Now()
		for _, want := range []time.Duration{30 * time.Second, 90 * time.Second} {
			<-arrived.ready
			if topics := w.feed.take(arrived); len(topics) != 1 || topics[0] != api.TopicLabTexts {
				t.Errorf("topics %v", topics)
			}
			if got := time.Since(start); got != want {
				t.Errorf("arrival %d after %v, want %v", arrivals(), got, want)
			}
		}
		w.wantTexts(t, demo, "overtakes", "late")

		w.text(t, "by moving the clock")
		w.clock.Advance(30 * time.Second)
		synctest.Wait()
		if arrivals() != 3 {
			t.Error("the text was not delivered when the clock was moved")
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestLoss(t *testing.T) {
	w := newWorld(t)
	w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"carrier":{"loss":1}}`, nil)
	w.text(t, "lost")
	w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"carrier":{"loss":0.5}}`, nil)
	for _, draw := range []float64{0.49, 0.5} {
		w.cfg.Chance = func() float64 { return draw }
		w.text(t, map[float64]string{0.49: "lost too", 0.5: "got through"}[draw])
	}
	w.wantTexts(t, demo, "got through")
}

func TestChanceIsAFraction(t *testing.T) {
	var sum float64
	for range 1000 {
		c := chance()
		if c < 0 || c >= 1 {
			t.Fatalf("chance is %v", c)
		}
		sum += c
	}
	if sum < 400 || sum > 600 {
		t.Errorf("a thousand chances sum to %v", sum)
	}
}

func TestFlightModeHoldsTexts(t *testing.T) {
	w := newWorld(t)
	w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"flight_mode":true}`, nil)
	w.text(t, "held")
	w.call(t, "PUT", "/lab/v1/clock", `{"advance":"1h"}`, nil)
	w.wantTexts(t, demo)
	if rec := w.call(t, "POST", "/lab/v1/phones/"+demo+"/messages", `{"to":"40404","body":"GO"}`, nil); rec.Code != 409 {
		t.Errorf("a text left in flight mode: %d %s", rec.Code, rec.Body)
	}
	w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"flight_mode":false}`, nil)
	w.wantTexts(t, demo, "held")
}

// TestOptIn: some carriers deliver only after GO and stop after STOP. The server receives
// both (R18).
func TestOptIn(t *testing.T) {
	w := newWorld(t)
	w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"carrier":{"opt_in_required":true}}`, nil)
	w.text(t, "before GO")
	send := func(body string) {
		t.Helper()
		if rec := w.call(t, "POST", "/lab/v1/phones/"+demo+"/messages", `{"to":"40404","body":"`+body+`"}`, nil); rec.Code != 201 {
			t.Fatalf("%s: %d %s", body, rec.Code, rec.Body)
		}
	}
	send("go")
	w.text(t, "after GO")
	send("STOP")
	w.text(t, "after STOP")
	send("Thanks")
	w.text(t, "still stopped")
	send(" Go ")
	w.text(t, "after another GO")
	w.wantTexts(t, demo, "after GO", "after another GO")
	if len(w.inbound) != 4 || w.inbound[0] != demo+" 40404 go" {
		t.Errorf("the server received %q", w.inbound)
	}
}

func TestInboxKeepsTheLatest(t *testing.T) {
	w := newWorld(t)
	for i := range maxTexts + 5 {
		w.text(t, time.Duration(i).String())
	}
	got := w.texts(t, demo)
	if len(got) != maxTexts || got[0] != time.Duration(5).String() {
		t.Errorf("%d texts, the first %q", len(got), got[0])
	}
	// All are counted, including those that are no longer kept.
	var phones []api.LabPhone
	w.call(t, "GET", "/lab/v1/phones", "", &phones)
	if len(phones) != 1 || *phones[0].Received != maxTexts+5 || phones[0].LastText.IsZero() {
		t.Errorf("the phone is %+v", phones)
	}
}
