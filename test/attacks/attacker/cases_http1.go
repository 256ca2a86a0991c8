package main

// case1 is a request of HTTP/1.1. START is the request line with Host and marker, MARK the marker alone, INNER the hidden request.
type case1 struct {
	name, text string
	refuse     bool
}

const chunkedEnd = "0\r\n\r\n"

// refused is a case that no front may answer with 2xx.
func refused(name, text string) case1 { return case1{name, text, true} }

// tolerated is a case that a front may refuse or forward, as long as the model sees one clean request.
func tolerated(name, text string) case1 { return case1{name, text, false} }

var cases1 = []case1{
	// Two lengths (RFC 9112, 6.3).
	tolerated("TE and CL", "START"+"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n"+chunkedEnd+"INNER"),
	tolerated("CL and TE", "START"+"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n"+chunkedEnd+"INNER"),
	refused("CL twice, different", "START"+"content-length: 2\r\ncontent-length: 3\r\n\r\n{}INNER"),
	tolerated("CL twice, same", "START"+"content-length: 2\r\ncontent-length: 2\r\n\r\n{}"),
	refused("CL list, different", "START"+"content-length: 2, 3\r\n\r\n{}INNER"),
	tolerated("CL list, same", "START"+"content-length: 2, 2\r\n\r\n{}"),
	refused("CL with sign", "START"+"content-length: +2\r\n\r\n{}INNER"),
	refused("CL negative", "START"+"content-length: -1\r\n\r\n{}INNER"),
	refused("CL in hexadecimal", "START"+"content-length: 0x2\r\n\r\n{}INNER"),
	refused("CL too large for 64 bits", "START"+"content-length: 18446744073709551618\r\n\r\n{}INNER"),
	refused("CL with blank inside", "START"+"content-length: 1 2\r\n\r\n{}INNER"),
	refused("CL empty", "START"+"content-length:\r\n\r\n{}INNER"),
	tolerated("CL on GET", "GET PATH HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("body without length", "START"+"\r\nINNER"),

	// Transfer codings (RFC 9112, 6.1).
	refused("TE chunked, identity", "START"+"transfer-encoding: chunked, identity\r\n\r\n"+chunkedEnd+"INNER"),
	refused("TE identity", "START"+"transfer-encoding: identity\r\n\r\n"+chunkedEnd+"INNER"),
	refused("TE gzip", "START"+"transfer-encoding: gzip\r\n\r\n"+chunkedEnd+"INNER"),
	refused("TE xchunked and CL", "START"+"transfer-encoding: xchunked\r\ncontent-length: 4\r\n\r\n"+chunkedEnd+"INNER"),
	refused("TE chunked twice", "START"+"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n"+chunkedEnd+"INNER"),
	refused("TE chunked, chunked", "START"+"transfer-encoding: chunked, chunked\r\n\r\n"+chunkedEnd+"INNER"),
	tolerated("TE in other case", "START"+"Transfer-Encoding: CHUNKED\r\n\r\n"+chunkedEnd+"INNER"),
	refused("TE with vertical tab", "START"+"transfer-encoding: \x0bchunked\r\ncontent-length: 4\r\n\r\n"+chunkedEnd+"INNER"),
	refused("TE with blank before the colon", "START"+"transfer-encoding : chunked\r\ncontent-length: 4\r\n\r\n"+chunkedEnd+"INNER"),
	tolerated("TE folded", "START"+"transfer-encoding:\r\n chunked\r\ncontent-length: 4\r\n\r\n"+chunkedEnd+"INNER"),
	tolerated("TE with underscore", "START"+"transfer_encoding: chunked\r\ncontent-length: 2\r\n\r\n{}"),
	tolerated("TE in HTTP/1.0", "POST PATH HTTP/1.0\r\nhost: HOST\r\nMARK"+"transfer-encoding: chunked\r\n\r\n"+chunkedEnd+"INNER"),

	// Chunks (RFC 9112, 7.1).
	tolerated("chunk extension", "START"+"transfer-encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n"+chunkedEnd),
	tolerated("chunk extension with a line feed", "START"+"transfer-encoding: chunked\r\n\r\n2;a\n{}\r\n"+chunkedEnd+"INNER"),
	refused("chunk size with sign", "START"+"transfer-encoding: chunked\r\n\r\n+2\r\n{}\r\n"+chunkedEnd),
	refused("chunk size with 0x", "START"+"transfer-encoding: chunked\r\n\r\n0x2\r\n{}\r\n"+chunkedEnd),
	refused("chunk size too large for 64 bits", "START"+"transfer-encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n"+chunkedEnd),
	refused("chunk without size", "START"+"transfer-encoding: chunked\r\n\r\n\r\n{}\r\n"+chunkedEnd),
	refused("chunk with more data than its size", "START"+"transfer-encoding: chunked\r\n\r\n1\r\n{}{}\r\n"+chunkedEnd+"INNER"),
	tolerated("chunk with bare line feeds", "START"+"transfer-encoding: chunked\r\n\r\n2\n{}\n0\n\nINNER"),
	tolerated("trailers with lengths", "START"+"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\ncontent-length: 99\r\ntransfer-encoding: chunked\r\nhost: other.test\r\n\r\n"),

	// Header syntax (RFC 9112, 5).
	tolerated("bare line feeds", "POST PATH HTTP/1.1\nhost: HOST\nx-marker: NAME\ncontent-length: 2\n\n{}"),
	refused("bare carriage return in a value", "START"+"x-odd: a\rx-other: b\r\ncontent-length: 2\r\n\r\n{}"),
	refused("NUL in a value", "START"+"x-odd: a\x00b\r\ncontent-length: 2\r\n\r\n{}"),
	refused("NUL in a name", "START"+"x-o\x00dd: a\r\ncontent-length: 2\r\n\r\n{}"),
	refused("name with blank", "START"+"x odd: a\r\ncontent-length: 2\r\n\r\n{}"),
	refused("no name", "START"+": a\r\ncontent-length: 2\r\n\r\n{}"),
	refused("line without colon", "START"+"x-odd\r\ncontent-length: 2\r\n\r\n{}"),
	refused("first header starts with a blank", "POST PATH HTTP/1.1\r\n x-odd: a\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("folded header", "START"+"x-odd: a\r\n\tb\r\ncontent-length: 2\r\n\r\n{}"),
	tolerated("non-ASCII value", "START"+"x-odd: \xff\xfe\r\ncontent-length: 2\r\n\r\n{}"),

	// Request line (RFC 9112, 3).
	refused("HTTP/0.9", "GET PATH\r\n\r\n"),
	tolerated("HTTP/3.0", "POST PATH HTTP/3.0\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("version of many digits", "POST PATH HTTP/1.11\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("words after the version", "POST PATH HTTP/1.1 x\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("two blanks before the path", "POST  PATH HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("tab before the path", "POST\tPATH HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("NUL in the path", "POST PATH?\x00 HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("path without slash", "POST score HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("method with colon", "PO:ST PATH HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nINNER"),
	refused("asterisk", "OPTIONS * HTTP/1.1\r\nhost: HOST\r\nMARK"+"\r\n"),
	refused("POST of an asterisk", "POST * HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("CONNECT", "CONNECT 127.0.0.1:5001 HTTP/1.1\r\nhost: 127.0.0.1:5001\r\nMARK"+"\r\nINNER"),
	refused("CONNECT of a path", "CONNECT PATH HTTP/1.1\r\nhost: HOST\r\nMARK"+"\r\nINNER"),

	// Authority (RFC 9110, 7.2).
	// The standard asks for 400. HAProxy forwards it without a host, by the path alone.
	refused("no host", "POST PATH HTTP/1.1\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("two hosts", "START"+"host: other.test\r\ncontent-length: 2\r\n\r\n{}"),
	refused("absolute form of another host", "POST https://other.test/score HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("absolute form", "POST https://HOSTPATH HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	refused("absolute form of another scheme", "POST ftp://other.test/score HTTP/1.1\r\nhost: HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("host with port", "POST PATH HTTP/1.1\r\nhost: HOST:443\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("host with impossible port", "POST PATH HTTP/1.1\r\nhost: HOST:99999\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("host with user", "POST PATH HTTP/1.1\r\nhost: user@HOST\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("empty host", "POST PATH HTTP/1.1\r\nhost:\r\nMARK"+"content-length: 2\r\n\r\n{}"),
	tolerated("host with path", "POST PATH HTTP/1.1\r\nhost: HOST/score\r\nMARK"+"content-length: 2\r\n\r\n{}"),

	// Headers of the connection and of the front.
	tolerated("upgrade to h2c", "START"+"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\ncontent-length: 2\r\n\r\n{}"),
	tolerated("upgrade to websocket", "GET PATH HTTP/1.1\r\nhost: HOST\r\nMARK"+"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nINNER"),
	tolerated("connection names the front's headers", "START"+"connection: x-forwarded-for, x-request-id, authorization, content-length, host\r\ncontent-length: 2\r\n\r\n{}"),
	tolerated("two identifiers", "START"+"x-request-id: one\r\nx-request-id: two\r\nx-forwarded-for: 1.2.3.4\r\nx-forwarded-for: 1.2.3.4\r\nx-forwarded-proto: http\r\nx-forwarded-proto: http\r\ncontent-length: 2\r\n\r\n{}"),
	tolerated("identifier with markup", "START"+"x-request-id: ok, <script>\r\ncontent-length: 2\r\n\r\n{}"),
	tolerated("expect 100-continue", "START"+"expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}"),
	tolerated("expect 100-continue and no body", "START"+"expect: 100-continue\r\ncontent-length: 200\r\n\r\n"),
}
