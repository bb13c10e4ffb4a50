package web_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"os"
	"strings"
	"testing"

	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// get requests an address, with headers as names and values in turn; it does not decompress the body.
func get(t *testing.T, address string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return testserver.Send(t, request, headers...)
}

// TestMedia reads a picture whole, in ranges and as a variant, on both engines.
func TestMedia(t *testing.T) {
	want, err := os.ReadFile("../sample/content/media/files/hoi-truong.png")
	if err != nil {
		t.Fatal(err)
	}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		const picture = "/media/media_hoi-truong/hoi-truong.png"
		get := func(path string, headers ...string) (*http.Response, []byte) {
			return get(t, server.URL+path, headers...)
		}

		whole, body := get(picture)
		if !bytes.Equal(body, want) || whole.StatusCode != http.StatusOK {
			t.Errorf("the whole picture: status %d, %d bytes of %d", whole.StatusCode, len(body), len(want))
		}
		for name, value := range map[string]string{
			"Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
		} {
			if got := whole.Header.Get(name); got != value {
				t.Errorf("%s is %q, want %q", name, got, value)
			}
		}
		if again, body := get(picture, "If-None-Match",
			whole.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("with its ETag: status %d", again.StatusCode)
		}
		for _, part := range [][2]int{{0, 99}, {1000, 20000}, {len(want) - 10, len(want) - 1}} {
			response, body := get(picture, "Range", fmt.Sprintf("bytes=%d-%d", part[0], part[1]))
			if response.StatusCode != http.StatusPartialContent || !bytes.Equal(body, want[part[0]:part[1]+1]) {
				t.Errorf("bytes %v: status %d, %d bytes", part, response.StatusCode, len(body))
			}
		}
		if beyond, _ := get(picture, "Range",
			"bytes=99999999-"); beyond.StatusCode != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("a range beyond the end: status %d", beyond.StatusCode)
		}
		variant, body := get(picture + "?w=320")
		if size, err := png.DecodeConfig(bytes.NewReader(body)); err != nil || size.Width != 320 || size.Height != 180 {
			t.Errorf("the variant of 320: %v, %v", size, err)
		}
		if variant.Header.Get("ETag") == whole.Header.Get("ETag") {
			t.Error("a variant has the ETag of the whole")
		}
		document, _ := get("/media/media_tai-lieu-mau/tai-lieu-mau.txt")
		if got := document.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
			t.Errorf("a document is not offered as a download: %q", got)
		}
		for path, status := range map[string]int{
			picture + "?w=321": 404, picture + "?w=x": 400, picture + "?w=-1": 400,
			"/media/media_khong-co/x.png": 404, "/media/..%2f..%2fetc/passwd": 404, "/media/article_mau-01/x.png": 404,
		} {
			if response, _ := get(path); response.StatusCode != status {
				t.Errorf("%s: status %d, want %d", path, response.StatusCode, status)
			}
		}
	})
}

// TestAnswersByGET checks what caches and old clients rely on.
func TestAnswersByGET(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t), nil)
	address := server.URL + "/graphql?query=%7Barticles(first:20)%7Bnodes%7Btitle%20lead%7D%7D%7D"
	get := func(headers ...string) (*http.Response, []byte) { return get(t, address, headers...) }
	plain, body := get("Accept-Encoding", "identity")
	if plain.StatusCode != http.StatusOK || !bytes.HasPrefix(body, []byte(`{"data":`)) {
		t.Fatalf("status %d, %s", plain.StatusCode, body)
	}
	for _, name := range []string{"Accept", "Accept-Encoding", "Origin", "Sen-Locale", "Sen-Stage"} {
		if !strings.Contains(strings.Join(plain.Header.Values("Vary"), ", "), name) {
			t.Errorf("Vary has no %s: %q", name, plain.Header.Values("Vary"))
		}
	}
	packed, _ := get("Accept-Encoding", "gzip")
	if packed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("the answer is not compressed: %v", packed.Header)
	}
	for _, tag := range []string{plain.Header.Get("ETag"), packed.Header.Get("ETag")} {
		if again, body := get("If-None-Match", tag, "Accept-Encoding", "gzip"); tag == "" ||
			again.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("with the ETag %s: status %d, %d bytes", tag, again.StatusCode, len(body))
		}
	}
	if other, _ := get("If-None-Match", plain.Header.Get("ETag"), "Sen-Locale", "en"); other.StatusCode != http.StatusOK {
		t.Errorf("another language has the same ETag: status %d", other.StatusCode)
	}
}
