package region_test

import (
	"testing"

	"nightlatch/assets/region"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	us := region.Settings{Letter: true, TwelveHour: true, MonthFirst: true, Country: "US"}
	for _, tt := range []struct {
		name string
		env  map[string]string
		want region.Settings
	}{
		{"nothing is set", nil, region.Settings{}},
		{"C", map[string]string{"LANG": "C.UTF-8"}, region.Settings{}},
		{"POSIX", map[string]string{"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, region.Settings{}},
		{"United States", map[string]string{"LANG": "en_US.UTF-8"}, us},
		{"an English interface in Germany", map[string]string{"LANG": "en_US.UTF-8", "LC_PAPER": "de_DE.UTF-8", "LC_TIME": "de_DE.UTF-8", "LC_TELEPHONE": "de_DE.UTF-8"}, region.Settings{Country: "DE"}},
		{"paper alone", map[string]string{"LANG": "en_US.UTF-8", "LC_PAPER": "en_GB.UTF-8"}, region.Settings{TwelveHour: true, MonthFirst: true, Country: "US"}},
		{"time alone", map[string]string{"LANG": "de_DE.UTF-8", "LC_TIME": "en_US.UTF-8"}, region.Settings{TwelveHour: true, MonthFirst: true, Country: "DE"}},
		{"LC_ALL replaces the others", map[string]string{"LC_ALL": "de_CH.UTF-8", "LC_PAPER": "en_US.UTF-8", "LANG": "en_US"}, region.Settings{Country: "CH"}},
		{"an empty LC_ALL is not set", map[string]string{"LC_ALL": "", "LC_PAPER": "en_CA"}, region.Settings{Letter: true}},
		{"a modifier", map[string]string{"LANG": "nl_NL.UTF-8@euro"}, region.Settings{Country: "NL"}},
		{"Spanish in Mexico", map[string]string{"LANG": "es_MX.UTF-8"}, region.Settings{Letter: true, TwelveHour: true, Country: "MX"}},
		{"French in Canada", map[string]string{"LANG": "fr_CA.UTF-8"}, region.Settings{Letter: true, MonthFirst: true, Country: "CA"}},
		{"a language alone", map[string]string{"LANG": "de"}, region.Settings{Country: "DE"}},
		{"Esperanto", map[string]string{"LANG": "eo"}, region.Settings{}},
		{"nonsense", map[string]string{"LANG": "!!"}, region.Settings{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := region.From(func(k string) string { return tt.env[k] }); got != tt.want {
				t.Errorf("got %+v; want %+v", got, tt.want)
			}
		})
	}
	if got := region.Of("en-US"); got != us {
		t.Errorf("en-US is %+v; want %+v", got, us)
	}
}
