"""What of CUDA a CMakeLists.txt asks for in any case."""

from __future__ import annotations

import time

import pytest

from updater.metadata.cmake import LARGEST, cuda_need

NEEDS = {
    "project(tool LANGUAGES CXX CUDA)": "compiler",
    "project(tool CUDA CXX)": "compiler",
    "PROJECT (tool\n  VERSION 1.0 # of CUDA\n  LANGUAGES\n    CXX\n    CUDA\n)": "compiler",
    "enable_language(CXX CUDA)": "compiler",
    "find_package(CUDAToolkit 12.0 REQUIRED)": "toolkit",
    "find_package(CUDA REQUIRED)": "toolkit",
    "find_package(CUDAToolkit REQUIRED)\nenable_language(CUDA)": "compiler",
    "if(A)\n  set(b (c))\nelse()\nendif()\nenable_language(CUDA)": "compiler",
    "message([=[ if( ]] ]=])\nenable_language(CUDA)": "compiler",
    "#[[ if( ]] project(tool CUDA)": "compiler",
    'message("if(\\"")\nenable_language(CUDA)': "compiler",
    "function(a)\n  return()\nendfunction()\nenable_language(CUDA)": "compiler",
}
MAY_DO_WITHOUT = (
    "",
    "project(CUDA CXX)",
    'project(tool DESCRIPTION "CUDA")',
    "project(tool LANGUAGES CXX ${LANGUAGES})",
    "enable_language(CUDA OPTIONAL)",
    "find_package(CUDAToolkit)",
    "find_package(CUDAToolkit QUIET)",
    "find_package(OpenMP REQUIRED)",
    "if(USE_CUDA)\n  enable_language(CUDA)\nendif()",
    "if(A)\nelse()\n  find_package(CUDA REQUIRED)\nendif()",
    "foreach(l ${all})\n  enable_language(CUDA)\nendforeach()",
    "macro(cuda)\n  enable_language(CUDA)\nendmacro()",
    "if(NOT USE_CUDA)\n  return()\nendif()\nenable_language(CUDA)",
    "# enable_language(CUDA)",
    "#[==[ enable_language(CUDA)\n]==]",
    "message([[ enable_language(CUDA) ]])",
    "message([[ never closed\nenable_language(CUDA)",
    'message("never closed\nenable_language(CUDA)',
    f"enable_language(CUDA)\n#{'x' * LARGEST}",
)


@pytest.mark.parametrize(("text", "need"), NEEDS.items(), ids=range(len(NEEDS)))
def test_what_is_asked_for_in_any_case_is_needed(text: str, need: str) -> None:
    assert cuda_need(text.encode()) == need


@pytest.mark.parametrize("text", MAY_DO_WITHOUT, ids=range(len(MAY_DO_WITHOUT)))
def test_what_may_be_left_out_is_not(text: str) -> None:
    assert not cuda_need(text.encode())


@pytest.mark.parametrize("text", ["#[[", "[==[", '"\\', "(", "a(", "if(", '\\"', "[", "#[="])
def test_a_hostile_text_takes_no_long(text: str) -> None:
    """Each character is read a few times, whatever stays open."""
    data = (text * LARGEST).encode()[:LARGEST]
    started = time.process_time()
    assert not cuda_need(data)
    assert time.process_time() - started < 2
