{ pkgs }: {
  deps = [
    pkgs.gcc
    pkgs.gnumake
    pkgs.curl
    pkgs.cjson
    pkgs.openssl
    pkgs.utf8proc
    pkgs.libmicrohttpd
    pkgs.sqlite
    pkgs.jq
    pkgs.util-linux
    pkgs.cacert
  ];
}
