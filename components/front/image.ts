/** HAProxy 3.0, from its makers. By tag: a digest is for those who run it, see `front.image`. */
export const FRONT_IMAGE = "docker.io/haproxytech/haproxy-debian:3.0";
