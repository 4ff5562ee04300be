final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src =
      if prev.stdenv.isx86_64 then
        prev.fetchurl {
          url = "https://github.com/owner/tool/releases/download/v${version}/tool-x86_64.tar.gz";
          hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
        }
      else
        prev.fetchurl {
          url = "https://github.com/owner/tool/releases/download/v${version}/tool-aarch64.tar.gz";
          hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
        };
  };
}
