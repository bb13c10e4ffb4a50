package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/content"
	"sen/internal/picture"
	"sen/internal/testkit"
	"sen/internal/testkit/testjpeg"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// published uploads a photograph of width × height pixels and publishes it.
func published(t testing.TB, server *testserver.Server, width, height int) (id string) {
	t.Helper()
	m := upload(t, server, part{"0", "anh.jpg", photo(t, height, width)})[0].Media // the camera was turned
	if m == nil || m.Width != width || m.Height != height {
		t.Fatalf("%+v", m)
	}
	var done struct {
		Publish struct{ Content struct{ Version int } }
	}
	ask(t, server, fmt.Sprintf(`mutation { publish(id: %q, version: 1) { content { version } } }`, m.ID), &done)
	return m.ID
}

// addresses asks for the addresses of a medium with different arguments.
func addresses(t testing.TB, server *testserver.Server, id string, arguments ...string) (all []string) {
	t.Helper()
	for len(arguments) > 0 {
		some := arguments[:min(len(arguments), 25)]
		arguments = arguments[len(some):]
		fields := ""
		for i, a := range some {
			fields += fmt.Sprintf("a%d: url(%s) ", i, a)
		}
		var parsed struct {
			Data   struct{ Media map[string]string }
			Errors []any
		}
		answer := server.Ask(t, fmt.Sprintf(`{ media(id: %q) { %s } }`, id, fields), nil, nil)
		if err := json.Unmarshal(answer, &parsed); err != nil || len(parsed.Errors) > 0 {
			t.Fatalf("%s", answer)
		}
		for i := range some {
			all = append(all, server.URL+strings.TrimPrefix(parsed.Data.Media[fmt.Sprintf("a%d", i)], testserver.PublicURL))
		}
	}
	return all
}

// signed returns the address of a size as earlier versions wrote it, for any size.
func signed(t testing.TB, server *testserver.Server, id string, size picture.Size) string {
	t.Helper()
	signature, err := server.Newsroom.SignFile(t.Context(), content.ID(id), size.Key(), content.StagePublished)
	if err != nil {
		t.Fatal(err)
	}
	q := size.Query()
	q.Set("s", signature)
	return server.URL + "/media/" + id + "/anh.jpg?" + q.Encode()
}

func head(t testing.TB, address string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, _ := testserver.Send(t, request)
	return response
}

// TestFewSizesAreMade asks for hundreds of sizes of one picture, by present addresses and those of earlier versions:
// each is answered, and few are made.
func TestFewSizesAreMade(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		id := published(t, server, 400, 600)
		random := rand.New(rand.NewPCG(1, 2))
		var asked []string
		var old []picture.Size
		for i := range 250 {
			width, height := 1+random.IntN(picture.MaxSide), 1+random.IntN(picture.MaxSide)
			fit := []picture.Fit{picture.FitContain, picture.FitCover}[i%2]
			format := []picture.Format{picture.FormatJPEG, picture.FormatPNG}[i/2%2]
			old = append(old, picture.Size{Width: width, Height: height, Fit: fit, Format: format}, picture.Size{Width: 1 + i})
			framed := fmt.Sprintf("width: %d, height: %d, fit: %s, format: %s", width, height, fit, format)
			asked = append(asked, framed, fmt.Sprintf("width: %d", 1+i))
		}
		distinct := map[string]bool{}
		for i, address := range addresses(t, server, id, asked...) {
			distinct[address] = true
			if i%5 == 0 {
				distinct[signed(t, server, id, old[i])] = true
			}
		}
		for address := range distinct {
			response, body := get(t, address)
			size, _, err := image.DecodeConfig(bytes.NewReader(body))
			if response.StatusCode != http.StatusOK || err != nil || size.Width > 400 || size.Height > 600 {
				t.Fatalf("%s: status %d, %v, %v", address, response.StatusCode, size, err)
			}
		}
		if n := testkit.Count(t, e, "sizes.files"); n == 0 || n > 65 {
			t.Errorf("%d sizes are kept of one picture", n)
		}
		if n := testkit.Count(t, e, "media.files"); n > 40 {
			t.Errorf("%d files are kept among the media", n)
		}
		narrow := map[string]bool{}
		for _, address := range addresses(t, server, id, asked[1], "width: 2", "width: 30", "width: 32") {
			narrow[address] = true
		}
		if len(narrow) != 1 {
			t.Errorf("what is served from one size has several addresses: %v", narrow)
		}
	})
}

// TestLargeFrames asks for sizes larger than the picture: the answer is the picture itself, and nothing is made.
func TestLargeFrames(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		id := published(t, server, 400, 600)
		whole, want := get(t, addresses(t, server, id, "format: JPEG")[0])
		all := addresses(
			t, server, id, "width: 401", "width: 4096", "width: 5000, height: 4000", "height: 2147483647",
			"width: 400, height: 600, fit: COVER",
		)
		for _, width := range []int{400, 401, 1000, 4096} {
			for _, format := range []picture.Format{"", picture.FormatJPEG} {
				all = append(all, signed(t, server, id, picture.Size{Width: width, Format: format}))
			}
		}
		for _, address := range all {
			response, body := get(t, address)
			tag := response.Header.Get("ETag")
			if response.StatusCode != http.StatusOK || !bytes.Equal(body, want) || tag != whole.Header.Get("ETag") {
				t.Errorf("%s: status %d, %d bytes, %s", address, response.StatusCode, len(body), tag)
			}
		}
		if n := testkit.Count(t, e, "sizes.files"); n != 0 {
			t.Errorf("%d sizes were made", n)
		}
	})
}

// TestHeadDoesNotResize asks for the header of a size before and after it is made.
func TestHeadDoesNotResize(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		address := addresses(t, server, published(t, server, 400, 600), "width: 96")[0]
		before := head(t, address)
		if n := testkit.Count(t, e, "sizes.files"); n != 0 {
			t.Errorf("HEAD made %d sizes", n)
		}
		shown, body := get(t, address)
		after := head(t, address)
		if n := testkit.Count(t, e, "sizes.files"); n != 1 {
			t.Errorf("%d sizes are kept", n)
		}
		for _, response := range []*http.Response{before, after, shown} {
			h := response.Header
			if response.StatusCode != http.StatusOK || h.Get("ETag") != shown.Header.Get("ETag") ||
				h.Get("Content-Type") != "image/jpeg" || h.Get("Content-Disposition") != "" {
				t.Errorf("status %d, %v", response.StatusCode, h)
			}
		}
		if before.ContentLength != -1 || after.ContentLength != int64(len(body)) {
			t.Errorf("HEAD says %d bytes, then %d, of %d", before.ContentLength, after.ContentLength, len(body))
		}
	})
}

// TestResizingNeedsAdmission resizes as many pictures at once as allowed. The next request is told to try again,
// while an upload works and stored sizes are served.
func TestResizingNeedsAdmission(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t), func(_ *graph.Options, o *web.Options) { o.Timeout = time.Second })
	id := published(t, server, 400, 600)
	kept := addresses(t, server, id, "width: 32")[0]
	get(t, kept)
	var held []*picture.Picture // all places
	for range runtime.GOMAXPROCS(0) {
		p, err := picture.ResizeLimiter.Open(t.Context(), []byte(photo(t, 8, 8)))
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, p)
	}
	places := max(1, runtime.GOMAXPROCS(0)/2)
	answers := make(chan *http.Response, places+1)
	for i := range places + 1 {
		address := addresses(t, server, id, fmt.Sprintf("width: %d, format: PNG", picture.Ladder[i]))[0]
		go func() {
			response, _ := get(t, address)
			answers <- response
		}()
	}
	late := <-answers
	if h := late.Header; late.StatusCode != http.StatusServiceUnavailable || h.Get("Retry-After") == "" ||
		h.Get("Cache-Control") != "no-store" {
		t.Errorf("beyond the places: status %d, %v", late.StatusCode, late.Header)
	}
	if m := upload(t, server, part{"0", "khac.jpg", photo(t, 300, 500)})[0].Media; m == nil {
		t.Error("an upload had to wait")
	}
	if response, _ := get(t, kept); response.StatusCode != http.StatusOK {
		t.Errorf("what is kept: status %d", response.StatusCode)
	}
	for _, p := range held {
		p.Close()
	}
	for range places {
		if response := <-answers; response.StatusCode != http.StatusOK {
			t.Errorf("who had a turn: status %d", response.StatusCode)
		}
	}
}

// TestResizingCountsInRateLimit checks that resizing counts by the number of pixels, and nothing else about media
// counts.
func TestResizingCountsInRateLimit(t *testing.T) {
	store := testkit.AnySample(t)
	server := testserver.Start(t, store, nil)
	id := published(t, server, 400, 600) // 240,000 pixels: each costs 1, also the PNG of 400 × 600
	all := addresses(t, server, id, "width: 256, format: PNG", "width: 128, format: PNG", "width: 96, format: PNG")
	limited := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) { o.RateLimit = 2 })
	for i, address := range all {
		address = limited.URL + strings.TrimPrefix(address, server.URL)
		want := map[bool]int{true: http.StatusOK, false: http.StatusTooManyRequests}[i < 2]
		response, _ := get(t, address)
		h := response.Header
		if response.StatusCode != want || (want != http.StatusOK) != (h.Get("Retry-After") != "") ||
			h.Get("RateLimit") == "" {
			t.Errorf("the size number %d: status %d, %v", i+1, response.StatusCode, h)
		}
		again, _ := get(t, address)
		if again.StatusCode != want || head(t, address).StatusCode != http.StatusOK {
			t.Errorf("the size number %d again: status %d", i+1, again.StatusCode)
		}
	}
}

// TestSlowPictures checks that a JPEG that takes too long to decode is refused: at the upload, and when a size of a
// stored one is requested.
func TestSlowPictures(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		server := testserver.Start(t, store, nil)
		bomb := testjpeg.Progressive(6400, 6560, 60)
		refused := upload(t, server, part{"0", "cham.jpg", string(bomb)})[0]
		if refused.Media != nil || len(refused.UserErrors) != 1 ||
			!strings.Contains(refused.UserErrors[0].Message, "giải mã") {
			t.Errorf("%+v", refused)
		}
		id := content.ID(published(t, server, 400, 600))
		if err := store.DeleteFiles(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := store.PutFile(t.Context(), id, "", "anh.jpg", "image/jpeg", bytes.NewReader(bomb)); err != nil {
			t.Fatal(err)
		}
		response, body := get(t, addresses(t, server, string(id), "width: 400, format: PNG")[0])
		if response.StatusCode != http.StatusUnprocessableEntity || !bytes.Contains(body, []byte("scans")) {
			t.Errorf("status %d: %s", response.StatusCode, body)
		}
	})
}

var (
	imgTags = regexp.MustCompile(`<img [^>]*>`)
	attrs   = regexp.MustCompile(` ([a-z]+)="([^"]*)"`)
)

// TestPagePictures reads the HTML of a body with a large picture: a browser can choose among sizes, each of which
// exists and none of which is the large file, and knows how much space it needs.
func TestPagePictures(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		id := published(t, server, 2400, 1600)
		var made struct {
			CreateArticle struct{ Article struct{ ID string } }
		}
		input := fmt.Sprintf(`{title: {text: "Ảnh"}, body: {blocks: [{image: {media: %q}}]}}`, id)
		ask(t, server, `mutation { createArticle(input: `+input+`) { article { id } } }`, &made)
		article := made.CreateArticle.Article.ID
		for _, stage := range []string{"DRAFT", "PUBLISHED"} {
			if stage == "PUBLISHED" {
				var done struct{ Publish struct{ UserErrors []any } }
				ask(t, server, fmt.Sprintf(`mutation { publish(id: %q, version: 1) { userErrors { message } } }`, article), &done)
			}
			var read struct {
				Article struct {
					Body struct{ HTML, Markdown string }
				}
			}
			ask(t, server, fmt.Sprintf(`{ article(id: %q, stage: %s) { body { html markdown } } }`, article, stage), &read)
			tag := map[string]string{}
			for _, attribute := range attrs.FindAllStringSubmatch(imgTags.FindString(read.Article.Body.HTML), -1) {
				tag[attribute[1]] = html.UnescapeString(attribute[2])
			}
			if tag["loading"] != "lazy" || tag["width"]+" "+tag["height"] != "2400 1600" || tag["sizes"] == "" ||
				tag["srcset"] == "" {
				t.Fatalf("%s", read.Article.Body.HTML)
			}
			candidates := strings.Split(tag["srcset"], ", ")
			if len(candidates) < 4 || !strings.Contains(read.Article.Body.Markdown, "w=1280") {
				t.Errorf("%v, %s", candidates, read.Article.Body.Markdown)
			}
			for _, candidate := range append(candidates, tag["src"]+" 1280w") {
				address, width, _ := strings.Cut(candidate, " ")
				u, err := url.Parse(address)
				if err != nil || u.Scheme != "https" {
					t.Fatalf("%s: %v", candidate, err)
				}
				response, body := get(t, server.URL+strings.TrimPrefix(address, testserver.PublicURL))
				size, _, err := image.DecodeConfig(bytes.NewReader(body))
				if response.StatusCode != http.StatusOK || err != nil || fmt.Sprintf("%dw", size.Width) != width ||
					size.Width >= 2400 {
					t.Errorf("%s: status %d, %v, %v", candidate, response.StatusCode, size, err)
				}
			}
		}
	})
}
