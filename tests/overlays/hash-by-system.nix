{ stdenv, fetchurl }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool-${
      { x86_64-linux = "x64"; aarch64-linux = "arm64"; }.${stdenv.system}
    }.tar.gz";
    hash =
      {
        x86_64-linux = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
        aarch64-linux = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
      }
      .${stdenv.system} or (throw "unsupported");
  };
})
