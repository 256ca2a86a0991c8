/** HAProxy 3.0, as its vendor publishes it. By tag here; a component deploys it by digest. */
export const FRONT_IMAGE = "docker.io/haproxytech/haproxy-debian:3.0";
