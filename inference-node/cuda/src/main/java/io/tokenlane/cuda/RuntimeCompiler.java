package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DriverException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * Compiles kernels for devices that there are no cubins for, with the NVRTC library of the machine
 * (NVRTC documentation, section 3), straight to machine code: PTX of a newer compiler would be
 * refused by an older driver.
 */
final class RuntimeCompiler {
  private static final List<String> LIBRARIES = List.of("libnvrtc.so.13", "libnvrtc.so.12");

  /** What it reads beside itself. */
  private static final String BUILTINS = "libnvrtc-builtins.so.13.3";

  private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final Linker linker = Linker.nativeLinker();
  private final SymbolLookup library;
  private final Arena arena;

  private RuntimeCompiler(SymbolLookup library, Arena arena) {
    this.library = library;
    this.arena = arena;
  }

  /**
   * A cubin of a family.
   *
   * @param architecture such as 90
   * @throws DriverException if there is no NVRTC, or it refuses the source
   */
  static byte[] compile(String family, int architecture) {
    try (Arena arena = Arena.ofConfined()) {
      return new RuntimeCompiler(open(arena, architecture), arena).cubin(family, architecture);
    }
  }

  /** Whether this machine has a compiler. */
  static boolean isThere() {
    return LIBRARIES.stream().anyMatch(Libraries::isThere);
  }

  private static SymbolLookup open(Arena arena, int architecture) {
    for (String name : LIBRARIES) {
      Optional<SymbolLookup> library = Libraries.open(name, arena, BUILTINS);
      if (library.isPresent()) {
        return library.get();
      }
    }
    throw new DriverException(
        "kernels: no cubins for sm_%d and no %s to compile them (expected: one of sm_%s)"
            .formatted(architecture, LIBRARIES.getFirst(), KernelImages.BUILT));
  }

  private byte[] cubin(String family, int architecture) {
    MemorySegment program = arena.allocate(ADDRESS);
    MemoryLayout addresses = MemoryLayout.sequenceLayout(KernelImages.HEADERS.size(), ADDRESS);
    MemorySegment headers = arena.allocate(addresses);
    MemorySegment names = arena.allocate(addresses);
    for (int i = 0; i < KernelImages.HEADERS.size(); i++) {
      headers.setAtIndex(ADDRESS, i, text(KernelImages.source(KernelImages.HEADERS.get(i))));
      names.setAtIndex(ADDRESS, i, text(KernelImages.HEADERS.get(i)));
    }
    check(
        "nvrtcCreateProgram",
        program,
        program,
        text(KernelImages.source(family + ".cu")),
        text(family + ".cu"),
        KernelImages.HEADERS.size(),
        headers,
        names);
    MemorySegment handle = program.get(ADDRESS, 0);
    MemorySegment options = arena.allocate(MemoryLayout.sequenceLayout(3, ADDRESS));
    options.setAtIndex(ADDRESS, 0, text("--gpu-architecture=sm_" + architecture));
    options.setAtIndex(ADDRESS, 1, text("--std=c++17"));
    options.setAtIndex(ADDRESS, 2, text("--fmad=false"));
    check("nvrtcCompileProgram", program, handle, 3, options);
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    check("nvrtcGetCUBINSize", program, handle, size);
    MemorySegment image = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
    check("nvrtcGetCUBIN", program, handle, image);
    byte[] bytes = image.toArray(ValueLayout.JAVA_BYTE);
    check("nvrtcDestroyProgram", program, program);
    return bytes;
  }

  private MemorySegment text(String value) {
    return arena.allocateFrom(value);
  }

  /** Calls a function that gives 0, an address or a number for each argument. */
  @SuppressWarnings("restricted") // a library of CUDA
  private int call(String name, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = arguments[i] instanceof Integer ? INT : ADDRESS;
    }
    MethodHandle function =
        linker.downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(INT, layouts));
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name + ": " + e, e);
    }
  }

  @SuppressWarnings("restricted") // text that the library wrote
  private void check(String name, MemorySegment program, Object... arguments) {
    int code = call(name, arguments);
    if (code == 0) {
      return;
    }
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    MemorySegment handle = program.get(ADDRESS, 0);
    String log = "";
    if (call("nvrtcGetProgramLogSize", handle, size) == 0) {
      MemorySegment text = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0) + 1);
      call("nvrtcGetProgramLog", handle, text);
      log = text.getString(0);
    }
    throw new DriverException("%s: NVRTC error %d (expected: 0) %s".formatted(name, code, log));
  }
}
