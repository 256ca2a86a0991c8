/** HAProxy 3.0, as its vendor publishes it. A tag by default; users who want a digest set `front.image`. */
export const FRONT_IMAGE = "docker.io/haproxytech/haproxy-debian:3.0";
