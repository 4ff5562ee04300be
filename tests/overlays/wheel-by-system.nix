final: prev: {
  tool =
    let
      version = "1.2.0";
      src = prev.fetchPypi {
        inherit version;
        pname = "tool";
        format = "wheel";
        python = "py3";
        dist = "py3";
        platform =
          if prev.stdenv.isx86_64 then "manylinux_2_17_x86_64" else "manylinux_2_17_aarch64";
        hash =
          if prev.stdenv.isx86_64 then
            "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="
          else
            "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
      };
    in
    prev.buildPythonPackage {
      pname = "tool";
      inherit version src;
    };
}
