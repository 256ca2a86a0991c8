package main

// pairs are names and values in their order.
type pairs [][2]string

// case2 is a request of HTTP/2: pseudo headers (nil: those of a score), other headers, a body and trailers.
type case2 struct {
	name     string
	refuse   bool
	pseudo   pairs
	headers  pairs
	body     string
	trailers pairs
}

func refusedHeader(name, header, value string) case2 {
	return case2{name: name, refuse: true, headers: pairs{{header, value}}, body: "{}"}
}

func refusedPseudo(name string, pseudo ...[2]string) case2 {
	return case2{name: name, refuse: true, pseudo: pseudo}
}

var (
	method    = [2]string{":method", "POST"}
	scheme    = [2]string{":scheme", "https"}
	scorePath = [2]string{":path", "PATH"}
	authority = [2]string{":authority", "HOST"}
)

var cases2 = []case2{
	// Headers of HTTP/1 that would frame the downgraded request (RFC 9113, 8.2.2).
	{name: "TE", refuse: true, headers: pairs{{"transfer-encoding", "chunked"}}, body: chunkedEnd + "INNER"},
	{name: "CL smaller than the body", refuse: true, headers: pairs{{"content-length", "2"}}, body: "{}INNER"},
	{name: "CL larger than the body", refuse: true, headers: pairs{{"content-length", "200"}}, body: "{}"},
	{name: "CL without body", refuse: true, headers: pairs{{"content-length", "2"}}},
	{name: "CL twice, different", refuse: true, headers: pairs{{"content-length", "2"}, {"content-length", "3"}}, body: "{}"},
	{name: "CL list, different", refuse: true, headers: pairs{{"content-length", "2, 3"}}, body: "{}"},
	refusedHeader("CL with sign", "content-length", "+2"),
	refusedHeader("connection", "connection", "keep-alive"),
	refusedHeader("proxy-connection", "proxy-connection", "keep-alive"),
	refusedHeader("keep-alive", "keep-alive", "timeout=5"),
	refusedHeader("upgrade", "upgrade", "h2c"),
	refusedHeader("te gzip", "te", "gzip"),
	{name: "te trailers", headers: pairs{{"te", "trailers"}}, body: "{}"},

	// Characters that would end a line after the downgrade (RFC 9113, 8.2.1).
	refusedHeader("line break in a value", "x-odd", "a\r\nx-injected: 1"),
	refusedHeader("request in a value", "x-odd", "a\r\n\r\nINNER"),
	refusedHeader("line feed in a value", "x-odd", "a\nx-injected: 1"),
	refusedHeader("carriage return in a value", "x-odd", "a\rb"),
	refusedHeader("NUL in a value", "x-odd", "a\x00b"),
	refusedHeader("line break in a name", "x-odd: a\r\nx-injected", "1"),
	refusedHeader("colon in a name", "transfer-encoding: chunked\r\nx", "1"),
	refusedHeader("colon only in a name", "x:odd", "1"),
	refusedHeader("blank in a name", "x odd", "1"),
	refusedHeader("upper case in a name", "X-Odd", "1"),
	refusedHeader("no name", "", "1"),
	refusedHeader("NUL in a name", "x\x00odd", "1"),

	// Pseudo headers (RFC 9113, 8.3).
	refusedPseudo("line break in the path", method, scheme, [2]string{":path", "PATH HTTP/1.1\r\nhost: HOST\r\n\r\nINNER"}, authority),
	refusedPseudo("blank in the path", method, scheme, [2]string{":path", "PATH HTTP/1.1"}, authority),
	refusedPseudo("path without slash", method, scheme, [2]string{":path", "score"}, authority),
	refusedPseudo("empty path", method, scheme, [2]string{":path", ""}, authority),
	// May get the answer of `/`, which comes from the front.
	{name: "asterisk", pseudo: pairs{method, scheme, {":path", "*"}, authority}},
	refusedPseudo("absolute path of another host", method, scheme, [2]string{":path", "https://other.test/score"}, authority),
	refusedPseudo("request in the method", [2]string{":method", "POST PATH?smuggled HTTP/1.1\r\nhost: HOST\r\n\r\nGET"}, scheme, scorePath, authority),
	refusedPseudo("blank in the method", [2]string{":method", "POST /x"}, scheme, scorePath, authority),
	refusedPseudo("line break in the scheme", method, [2]string{":scheme", "https\r\nx-injected: 1"}, scorePath, authority),
	refusedPseudo("line break in the authority", method, scheme, scorePath, [2]string{":authority", "HOST\r\nx-injected: 1"}),
	refusedPseudo("blank in the authority", method, scheme, scorePath, [2]string{":authority", "HOST other.test"}),
	refusedPseudo("two paths", method, scheme, scorePath, scorePath, authority),
	refusedPseudo("two methods", method, method, scheme, scorePath, authority),
	refusedPseudo("two authorities", method, scheme, scorePath, authority, authority),
	refusedPseudo("no path", method, scheme, authority),
	refusedPseudo("no method", scheme, scorePath, authority),
	refusedPseudo("unknown pseudo header", method, scheme, scorePath, authority, [2]string{":odd", "1"}),
	refusedPseudo("status", method, scheme, scorePath, authority, [2]string{":status", "200"}),
	refusedPseudo("CONNECT", [2]string{":method", "CONNECT"}, [2]string{":authority", "127.0.0.1:5001"}),
	refusedPseudo("extended CONNECT", [2]string{":method", "CONNECT"}, [2]string{":protocol", "websocket"}, scheme, [2]string{":path", "/other"}, authority),
	{name: "pseudo header after the others", refuse: true, headers: pairs{{":path", "/other"}}, body: "{}"},
	{name: "scheme http", pseudo: pairs{method, {":scheme", "http"}, scorePath, authority}, body: "{}"},

	// Authority (RFC 9113, 8.3.1).
	{name: "another host", headers: pairs{{"host", "other.test"}}, body: "{}"},
	{name: "two hosts", headers: pairs{{"host", "HOST"}, {"host", "other.test"}}, body: "{}"},
	{name: "host without authority", pseudo: pairs{method, scheme, scorePath}, headers: pairs{{"host", "HOST"}}, body: "{}"},
	{name: "authority with port", pseudo: pairs{method, scheme, scorePath, {":authority", "HOST:443"}}, body: "{}"},
	{name: "authority with user", pseudo: pairs{method, scheme, scorePath, {":authority", "user@HOST"}}, body: "{}"},

	// Trailers (RFC 9113, 8.1).
	{name: "pseudo header in trailers", refuse: true, body: "{}", trailers: pairs{{":path", "/other"}}},
	{name: "lengths in trailers", body: "{}", trailers: pairs{{"content-length", "99"}, {"transfer-encoding", "chunked"}}},
	{name: "key in trailers", body: "{}", trailers: pairs{{"authorization", "Bearer other"}, {"host", "other.test"}}},
	{name: "trailers without body", trailers: pairs{{"x-odd", "1"}}},

	// The front's own headers.
	{name: "two identifiers", body: "{}", headers: pairs{{"x-request-id", "one"}, {"x-request-id", "two"}, {"x-forwarded-for", "1.2.3.4"}, {"x-forwarded-for", "1.2.3.4"}, {"x-forwarded-proto", "http"}, {"x-forwarded-proto", "http"}}},
	{name: "two keys", body: "{}", headers: pairs{{"authorization", "Bearer other"}}},
}
