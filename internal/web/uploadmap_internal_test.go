package web

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestUploadPath checks that files replace a null, and nothing else.
func TestUploadPath(t *testing.T) {
	for path, want := range map[string]string{
		"variables.file":                         `{"file":"FILE","files":[null,null],"input":{"a":{"b":[{"c":null}]}},"text":"x","":null}`,
		"variables.files.1":                      `{"file":null,"files":[null,"FILE"],"input":{"a":{"b":[{"c":null}]}},"text":"x","":null}`,
		"variables.input.a.b.0.c":                `{"file":null,"files":[null,null],"input":{"a":{"b":[{"c":"FILE"}]}},"text":"x","":null}`,
		"variables.":                             `{"file":null,"files":[null,null],"input":{"a":{"b":[{"c":null}]}},"text":"x","":"FILE"}`,
		"variables.missing":                      "",
		"variables.text":                         "",
		"variables.text.0":                       "",
		"variables.input":                        "",
		"variables.files":                        "",
		"variables.files.2":                      "",
		"variables.files.-1":                     "",
		"variables.files.+1":                     "",
		"variables.files.01":                     "",
		"variables.files.1e0":                    "",
		"variables.files.9999999999999999999999": "",
		"variables.file.x":                       "",
		"variables.input.a.b.c":                  "",
		"variables":                              "",
		"query":                                  "",
		"0.variables.file":                       "",
		"":                                       "",
		"variables.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a": "",
	} {
		const before = `{"file":null,"files":[null,null],"input":{"a":{"b":[{"c":null}]}},"text":"x","":null}`
		var variables map[string]any
		if err := decode([]byte(before), &variables); err != nil {
			t.Fatal(err)
		}
		parsed, err := parseUploadPath(path)
		if err == nil {
			err = parsed.put(variables, "FILE")
		}
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", path, err)
		}
		if want == "" {
			want = before
		}
		if got, want := normal(t, variables), normal(t, json.RawMessage(want)); !bytes.Equal(got, want) {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
}

// normal returns a value as JSON with sorted keys.
func normal(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	var plain any
	if err == nil {
		err = json.Unmarshal(raw, &plain)
	}
	if err == nil {
		raw, err = json.Marshal(plain)
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// FuzzUploadPath checks that no map and no path breaks anything, and that a file only replaces a null.
func FuzzUploadPath(f *testing.F) {
	f.Add(`{"0":["variables.file"]}`, `{"file":null}`)
	f.Add(`{"0":["variables.input.files.0","variables.input.files.1"]}`, `{"input":{"files":[null,null]}}`)
	f.Add(`{"0":["variables.files.-1"],"1":["variables.files.99999999999999999999"]}`, `{"files":[null]}`)
	f.Add(`{"0":["0.variables.file"]}`, `[{"file":null}]`)
	f.Add(`{"0":["variables..file"],"":[]}`, `{"":{"file":null}}`)
	f.Add(`{"0":null}`, `null`)
	f.Add(`[]`, `{}`)
	f.Fuzz(func(t *testing.T, text, before string) {
		places, err := parseUploadMap([]byte(text))
		if err != nil {
			return
		}
		var variables map[string]any
		if decode([]byte(before), &variables) != nil {
			return
		}
		was := normal(t, variables)
		type file struct{ N int }
		put := 0
		for _, paths := range places {
			for _, path := range paths {
				if path.put(variables, file{put}) == nil {
					put++
				}
			}
		}
		// Without the files, the variables are the same as before.
		taken := 0
		var take func(any) any
		take = func(v any) any {
			switch v := v.(type) {
			case file:
				taken++
				return nil
			case map[string]any:
				for key := range v {
					v[key] = take(v[key])
				}
			case []any:
				for i := range v {
					v[i] = take(v[i])
				}
			}
			return v
		}
		take(variables)
		if got := normal(t, variables); !bytes.Equal(got, was) || taken != put {
			t.Errorf("%d of %d files, %s became %s", taken, put, was, got)
		}
	})
}
