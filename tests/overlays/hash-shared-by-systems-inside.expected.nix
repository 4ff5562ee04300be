final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool"; version = "2.0.0";
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${version}/tool.jar";
      sha256 = let h = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; in
        { x86_64-linux = h; aarch64-linux = h; aarch64-darwin = h; }.${prev.stdenv.system} or (throw "no ${pname}");
    };
  };
  other = prev.stdenv.mkDerivation rec {
    pname = "other"; version = "1.2.0";
    src = prev.fetchurl { url = "https://example.org/${version}.jar"; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
  };
}
