final: prev:
let
  hashes = {
    tool = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    other = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    third = "sha256-7M4ONDngPAD5WiU9bxWtpBX8qwnCwL0V8wNJ03XGmtc=";
  };
  make = name: prev.mkDerivation rec {
    pname = name;
    version = versions.${pname} or "1.2.0";
    src = prev.fetchPypi {
      inherit pname version;
      hash = hashes.${pname};
    };
  };
  versions = { other = "1.2.0"; third.a = "1.2.0"; };
in
prev.lib.genAttrs [ "tool" "other" ] make
