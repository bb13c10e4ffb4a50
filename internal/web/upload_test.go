package web_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"
	"testing"

	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// place is a location as a camera stores it in a picture.
const place = "10.4938N 105.6882E"

// photo returns a picture of a camera that was turned: red, blue where the sky is, with the location.
func photo(t testing.TB, w, h int) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{200, 16, 16, 255})
			if x < w/4 {
				m.SetRGBA(x, y, color.RGBA{16, 16, 200, 255})
			}
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, nil); err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"), place...)
	app1 := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return string(buf.Bytes()[:2]) + string(app1) + string(exif) + string(buf.Bytes()[2:])
}

// medium is a medium as the tests read it.
type medium struct {
	ID, Kind, MimeType, FileName, URL, Small, Square, Title, Color, Placeholder, Status string
	Width, Height, Bytes, Version                                                       int
	Variants                                                                            []struct{ URL string }
}

const mediumFields = `media { id kind mimeType fileName url small: url(width: 100, format: PNG) square: url(width: 50, height: 50, fit: COVER)
	title color placeholder width height bytes version status variants { url } } userErrors { code message path } notices { code }`

// uploaded is the result of an upload.
type uploaded struct {
	Media      *medium
	UserErrors []struct {
		Code, Message string
		Path          []string
	}
	Notices []struct{ Code string }
}

// upload sends files as a writer: each to its own field in one mutation.
func upload(t testing.TB, server *testserver.Server, files ...part) (outcomes []uploaded) {
	t.Helper()
	variables, places, fields := map[string]any{}, map[string][]string{}, ""
	for i, file := range files {
		name := fmt.Sprintf("f%d", i)
		variables[name], places[file.field] = nil, []string{"variables." + name}
		fields += fmt.Sprintf("%s: uploadMedia(file: $%s, input: {title: {text: \"Ảnh\"}}) { %s } ", name, name, mediumFields)
	}
	declared := ""
	for name := range variables {
		declared += "$" + name + ": Upload! "
	}
	rawVariables, _ := json.Marshal(variables)
	rawPlaces, _ := json.Marshal(places)
	parts := append([]part{
		operation("mutation("+declared+") { "+fields+"}", string(rawVariables)),
		{field: "map", body: string(rawPlaces)},
	}, files...)
	body, contentType := form(t, parts...)
	status, answer := sendForm(t, server, "writer", body, contentType)
	var parsed struct {
		Data   map[string]uploaded
		Errors []any
	}
	if err := json.Unmarshal([]byte(answer), &parsed); err != nil || status != http.StatusOK || len(parsed.Errors) > 0 {
		t.Fatalf("status %d: %s", status, answer)
	}
	for i := range files {
		outcomes = append(outcomes, parsed.Data[fmt.Sprintf("f%d", i)])
	}
	return outcomes
}

// ask sends a document as an editor and reads its data.
func ask(t testing.TB, server *testserver.Server, document string, into any) {
	t.Helper()
	answer := server.Ask(t, document, nil, http.Header{testserver.ActorHeader: {"editor"}})
	var parsed struct {
		Data   json.RawMessage
		Errors []any
	}
	err := json.Unmarshal(answer, &parsed)
	if err == nil {
		err = json.Unmarshal(parsed.Data, into)
	}
	if err != nil || len(parsed.Errors) > 0 {
		t.Fatalf("%s: %s", document, answer)
	}
}

// TestUpload follows a photograph from the camera to the readers and into the trash.
func TestUpload(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		server := testserver.Start(t, store, nil)
		fetch := func(address string) (*http.Response, []byte) {
			t.Helper()
			return get(t, server.URL+strings.TrimPrefix(address, testserver.PublicURL))
		}

		first := upload(t, server, part{"0", "../Ảnh\u202e chợ.HEIC", photo(t, 800, 400)})[0]
		m := first.Media
		if m == nil || len(first.UserErrors) > 0 || len(first.Notices) > 0 {
			t.Fatalf("%+v", first)
		}
		if m.Kind != "IMAGE" || m.MimeType != "image/jpeg" || m.FileName != "Ảnh chợ.jpg" || m.Title != "Ảnh" ||
			m.Status != "DRAFT" {
			t.Errorf("%+v", m)
		}
		if m.Width != 400 || m.Height != 800 || !strings.HasPrefix(m.Color, "#c") ||
			!strings.HasPrefix(m.Placeholder, "data:image/png;base64,") || len(m.Variants) != 1 {
			t.Errorf("%+v", m)
		}

		// While it is a draft, only its signed address shows it.
		whole, body := fetch(m.URL)
		if whole.StatusCode != http.StatusOK || len(body) != m.Bytes ||
			whole.Header.Get("Cache-Control") != "private, max-age=600" {
			t.Errorf("the draft: status %d, %d bytes, %v", whole.StatusCode, len(body), whole.Header)
		}
		if bytes.Contains(body, []byte(place)) {
			t.Error("it tells where it was taken")
		}
		if decoded, err := jpeg.Decode(bytes.NewReader(body)); err != nil || decoded.Bounds().Dy() != 800 {
			t.Errorf("it does not stand upright: %v", err)
		} else if r, _, b, _ := decoded.At(200, 100).RGBA(); b < r {
			t.Error("the sky is not above")
		}
		plain, _, _ := strings.Cut(m.URL, "?")
		for _, address := range []string{
			plain, plain + "?s=x", plain + "?w=320",
			strings.Replace(m.URL, "?s=", "?w=320&s=", 1),
		} {
			if response, _ := fetch(address); response.StatusCode == http.StatusOK {
				t.Errorf("an anonymous client sees the draft at %s", address)
			}
		}
		for _, address := range []string{m.Variants[0].URL, m.Small} {
			if response, _ := fetch(address); response.StatusCode != http.StatusOK {
				t.Errorf("the draft at %s: status %d", address, response.StatusCode)
			}
		}

		// The same file again, under another name.
		again := upload(t, server, part{"0", "khac.jpg", photo(t, 800, 400)})[0]
		if again.Media == nil || again.Media.ID != m.ID || len(again.Notices) != 1 || again.Notices[0].Code != "DUPLICATE" {
			t.Errorf("the same file again: %+v", again)
		}

		var published struct {
			Publish struct{ Content struct{ Version int } }
		}
		ask(t, server, fmt.Sprintf(`mutation { publish(id: %q, version: 1) { content { version } } }`, m.ID), &published)
		var shown struct{ Media *medium }
		ask(t, server,
			fmt.Sprintf(`{ media(id: %q) { url square: url(width: 50, height: 50, fit: COVER) small: url(width: 100, format: PNG) variants { url } } }`, m.ID), &shown)
		if shown.Media.URL != plain || strings.Contains(shown.Media.Variants[0].URL, "s=") {
			t.Errorf("a published address is signed: %+v", shown.Media)
		}
		// A signature for the draft does not help readers, who must not see the picture again after it is withdrawn.
		if shown.Media.Square == m.Square {
			t.Error("the address of a size of the draft is that of the published one")
		}

		// Many clients ask for one size at once; it is made once.
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				response, body := get(t, server.URL+strings.TrimPrefix(shown.Media.Square, testserver.PublicURL))
				size, err := jpeg.DecodeConfig(bytes.NewReader(body))
				if response.StatusCode != http.StatusOK || err != nil || size.Width != 64 || size.Height != 64 ||
					response.Header.Get("Content-Type") != "image/jpeg" {
					t.Errorf("the square: status %d, %v, %v", response.StatusCode, size, err)
				}
			})
		}
		wg.Wait()
		small, body := fetch(shown.Media.Small)
		if size, format, err := image.DecodeConfig(bytes.NewReader(body)); err != nil || format != "png" ||
			size.Width != 128 || size.Height != 256 ||
			small.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("the small one: %v, %s, %v", size, format, small.Header)
		}
		for change, status := range map[string]int{
			"w=64>w=65": 403, "fit=cover>fit=contain": 403, "s=>s=x": 403, "fit=cover>fit=": 403, "h=64>h=5000": 400,
			"w=64>w=x": 400, "&s=>&x=": 403, "fit=cover>f=png": 403,
		} {
			from, to, _ := strings.Cut(change, ">")
			address := strings.Replace(shown.Media.Square, from, to, 1)
			if response, _ := fetch(address); response.StatusCode != status || address == shown.Media.Square {
				t.Errorf("%s: status %d, want %d", change, response.StatusCode, status)
			}
		}
		if n := testkit.Count(t, e, "sizes.files"); n != 2 { // the square of the draft
			t.Errorf("%d sizes are kept", n)
		}

		// It can't be deleted while it is used.
		var made struct {
			CreateArticle struct{ Article struct{ ID string } }
		}
		ask(t, server,
			fmt.Sprintf(`mutation { createArticle(input: {title: {text: "Chợ"}, cover: %q}) { article { id } } }`, m.ID), &made)
		var gone struct {
			Trash struct{ UserErrors []struct{ Code string } }
		}
		trash := fmt.Sprintf(`mutation { trash(id: %q, version: 2) { userErrors { code } } }`, m.ID)
		ask(t, server, trash, &gone)
		if len(gone.Trash.UserErrors) != 1 || gone.Trash.UserErrors[0].Code != "IN_USE" {
			t.Errorf("in use: %+v", gone)
		}
		var freed struct {
			Trash struct{ UserErrors []struct{ Code string } }
		}
		ask(t, server,
			fmt.Sprintf(`mutation { trash(id: %q, version: 1) { userErrors { code } } }`, made.CreateArticle.Article.ID), &freed)
		ask(t, server, trash, &freed)
		if response, _ := fetch(shown.Media.Square); response.StatusCode != http.StatusNotFound {
			t.Errorf("in the trash: status %d", response.StatusCode)
		}
		if other := upload(t, server, part{"0", "khac.jpg", photo(t, 800, 400)})[0]; other.Media == nil ||
			other.Media.ID == m.ID {
			t.Errorf("what is in the trash stands in the way: %+v", other)
		}
	})
}

// TestUploadTypes sends several files at once: each is accepted or refused separately.
func TestUploadTypes(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		server := testserver.Start(t, store, nil)
		page := "<!DOCTYPE html><script>alert(1)</script>"
		outcomes := upload(
			t, server,
			part{"0", "bao-cao.pdf", "%PDF-1.7\n" + page}, part{"1", "anh.jpg", page},
			part{"2", "hinh.svg", `<svg onload="alert(1)"/>`},
			part{"3", "anh.png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"}, part{"4", "trang.html", "no page at all"},
			part{"5", "trong.txt", ""},
			part{
				"6", "phim.mp4",
				"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + "\x00\x00\x00\x08moof\x00\x06\x1a\x88mdat" +
					strings.Repeat("film", 100_000),
			},
		)
		for i, want := range []string{"application/pdf", "", "", "", "text/plain; charset=utf-8", "", "video/mp4"} {
			got := outcomes[i]
			if want == "" {
				if got.Media != nil || len(got.UserErrors) != 1 || got.UserErrors[0].Code != "INVALID" ||
					got.UserErrors[0].Path[0] != "file" {
					t.Errorf("%d: %+v", i, got)
				}
				continue
			}
			if got.Media == nil || got.Media.MimeType != want {
				t.Fatalf("%d: %+v", i, got)
			}
			response, body := get(t, server.URL+strings.TrimPrefix(got.Media.Small, testserver.PublicURL))
			download := strings.HasPrefix(response.Header.Get("Content-Disposition"), "attachment")
			if response.StatusCode != http.StatusOK || len(body) != got.Media.Bytes ||
				download != (got.Media.Kind == "DOCUMENT") || response.Header.Get("Content-Type") != want {
				t.Errorf("%d: status %d, %v", i, response.StatusCode, response.Header)
			}
		}
		if got := outcomes[4].Media.FileName; got != "trang.txt" {
			t.Errorf("a text is called %s", got)
		}

		body, contentType := form(
			t, operation(`mutation($files: [Upload!]!) { bulkUploadMedia(files: $files, locale: "en") { media { fileName } userErrors { path message } } }`, `{"files":[null,null]}`),
			part{field: "map", body: `{"a":["variables.files.0"],"b":["variables.files.1"]}`},
			part{"a", "mot.csv", "a,b\n1,2\n"}, part{"b", "hai.html", page},
		)
		status, answer := sendForm(t, server, "writer", body, contentType)
		if status != 200 || !strings.Contains(answer, `"fileName":"mot.csv"`) ||
			!strings.Contains(answer, `"path":["files","1","file"]`) || !strings.Contains(answer, "web page") {
			t.Errorf("status %d: %s", status, answer)
		}

		// A refused file leaves nothing behind, and neither does one that could not become a medium.
		files, chunks := testkit.Count(t, e, "media.files"), testkit.Count(t, e, "media.chunks")
		body, contentType = form(
			t, operation(`mutation($f: Upload!) { uploadMedia(file: $f, input: {slug: "NO SLUG"}) { media { id } userErrors { path } } }`, `{"f":null}`),
			part{field: "map", body: `{"f":["variables.f"]}`}, part{"f", "anh.jpg", photo(t, 900, 300)},
		)
		if _, answer := sendForm(t, server, "writer", body, contentType); !strings.Contains(answer,
			`"path":["input","slug"]`) {
			t.Error(answer)
		}
		if f, c := testkit.Count(t, e, "media.files"), testkit.Count(t, e, "media.chunks"); f != files || c != chunks ||
			files == 0 {
			t.Errorf("there are %d files in %d chunks, and were %d in %d", f, c, files, chunks)
		}
	})
}

// TestUploadKey repeats an upload under its idempotency key.
func TestUploadKey(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t), nil)
	send := func(body string) string {
		b, contentType := form(
			t, operation(`mutation($f: Upload!) { uploadMedia(file: $f, idempotencyKey: "k") { media { id } userErrors { path } } }`, `{"f":null}`),
			part{field: "map", body: `{"f":["variables.f"]}`}, part{"f", "a.txt", body},
		)
		_, answer := sendForm(t, server, "writer", b, contentType)
		return answer
	}
	first := send("one")
	if again := send("one"); again != first || !strings.Contains(first, "media_") {
		t.Errorf("%s, then %s", first, again)
	}
	if other := send("another"); !strings.Contains(other, "idempotencyKey") {
		t.Errorf("another file under the same key: %s", other)
	}
}

// TestSizeArguments asks for sizes beyond the bounds: they count as the bound, and the medium is answered. Other
// media have no sizes.
func TestSizeArguments(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t), nil)
	ask := func(id, arguments string) string {
		return string(server.Ask(t, `{ media(id: "`+id+`") { id url(`+arguments+`) } }`, nil, nil))
	}
	for arguments, same := range map[string]string{
		"width: 0": "width: 1", "width: -2147483648": "width: 1", "height: -1": "height: 1", "width: 4097": "width: 4096",
		"width: 2147483647, height: 0, fit: COVER": "width: 4096, height: 1, fit: COVER",
	} {
		answer := ask("media_hoi-truong", arguments)
		if strings.Contains(answer, "errors") || !strings.Contains(answer, "https://") ||
			answer != ask("media_hoi-truong", same) {
			t.Errorf("%s: %s", arguments, answer)
		}
	}
	if answer := ask("media_tai-lieu-mau", "width: 10"); !strings.Contains(answer,
		`/media/media_tai-lieu-mau/tai-lieu-mau.txt"`) {
		t.Errorf("a document: %s", answer)
	}
}
