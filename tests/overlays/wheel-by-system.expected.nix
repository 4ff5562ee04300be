final: prev: {
  tool =
    let
      version = "2.0.0";
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
            "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="
          else
            "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
      };
    in
    prev.buildPythonPackage {
      pname = "tool";
      inherit version src;
    };
}
