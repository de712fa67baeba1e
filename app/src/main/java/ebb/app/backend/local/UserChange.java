package ebb.app.backend.local;

import ebb.app.files.DurableFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a program comes to run as a user, without groups and without rights: by a program that takes
/// on the user and then becomes the other one.
///
/// Where it works this is a program of our own, `HOME/become UID GID PROGRAM ARGUMENTS...`, which
/// the server writes itself: 53 instructions, no library, nothing to read but its arguments. Every
/// program of a distribution that can do it (`chroot`, `setpriv`) loads the C library and the texts
/// of a language first, which costs more than starting most tasks. Elsewhere it is `chroot`, to the
/// root that is there already.
final class UserChange {
  /// In the home, which tasks cannot enter.
  private static final String NAME = "become";

  /// The instructions for x86-64, with what they mean. As on Linux always, a program finds the
  /// count of its arguments at `[rsp]` and they themselves from `[rsp+8]` on, and the environment
  /// after them. Numbers of system calls are in eax.
  ///
  /// What cannot be done ends with 125, as `chroot` ends; what cannot be executed is left to the
  /// shell, which runs a script without `#!` as `execvp` does, and has words and a code for what is
  /// not there.
  private static final String INSTRUCTIONS =
      """
      31 ff                  xor edi, edi           setgroups(0, null)
      31 f6                  xor esi, esi
      b8 74 00 00 00         mov eax, 116
      0f 05                  syscall
      85 c0                  test eax, eax
      0f 85 82 00 00 00      jnz failed
      48 8b 74 24 18         mov rsi, [rsp+24]      setresgid(GID, GID, GID)
      e8 84 00 00 00         call number
      89 c7                  mov edi, eax
      89 c6                  mov esi, eax
      89 c2                  mov edx, eax
      b8 77 00 00 00         mov eax, 119
      0f 05                  syscall
      85 c0                  test eax, eax
      75 67                  jnz failed
      48 8b 74 24 10         mov rsi, [rsp+16]      setresuid(UID, UID, UID), never of root
      e8 69 00 00 00         call number
      85 c0                  test eax, eax
      74 59                  jz failed
      89 c7                  mov edi, eax
      89 c6                  mov esi, eax
      89 c2                  mov edx, eax
      b8 75 00 00 00         mov eax, 117
      0f 05                  syscall
      85 c0                  test eax, eax
      75 48                  jnz failed
      48 8b 04 24            mov rax, [rsp]         execve(PROGRAM, PROGRAM ARGUMENTS..., environment)
      48 8d 54 c4 10         lea rdx, [rsp+rax*8+16]
      48 8d 74 24 20         lea rsi, [rsp+32]
      48 8b 3e               mov rdi, [rsi]
      b8 3b 00 00 00         mov eax, 59
      0f 05                  syscall
      48 8d 3d 4a 00 00 00   lea rdi, [rip+SHELL]   execve(SHELL, SHELL OPTION SCRIPT PROGRAM ARGUMENTS...,
      48 89 7c 24 08         mov [rsp+8], rdi         environment): the three in the places before PROGRAM
      48 8d 05 46 00 00 00   lea rax, [rip+OPTION]
      48 89 44 24 10         mov [rsp+16], rax
      48 8d 05 3d 00 00 00   lea rax, [rip+SCRIPT]
      48 89 44 24 18         mov [rsp+24], rax
      48 8d 74 24 08         lea rsi, [rsp+8]
      b8 3b 00 00 00         mov eax, 59
      0f 05                  syscall
      bf 7d 00 00 00         mov edi, 125           failed: exit(125)
      b8 3c 00 00 00         mov eax, 60
      0f 05                  syscall
      31 c0                  xor eax, eax           number: the decimal digits at rsi, in eax
      0f b6 0e               movzx ecx, [rsi]       next:
      48 ff c6               inc rsi
      83 e9 30               sub ecx, '0'
      72 07                  jb end
      6b c0 0a               imul eax, eax, 10
      01 c8                  add eax, ecx
      eb ee                  jmp next
      c3                     ret                    end:
      """;

  /// How many columns of a line are bytes.
  private static final int BYTES_COLUMNS = 22;

  /// SHELL, OPTION and SCRIPT: they follow the instructions.
  private static final String TEXTS = "/bin/sh\0-c\0exec \"$0\" \"$@\"\0";

  private static final int HEADER_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;

  /// Where linkers put programs that stay where they are put.
  private static final long ADDRESS = 0x400000;

  private static final String CHROOT = "/usr/sbin/chroot";

  /// Null: by `chroot`.
  private final @Nullable Path program;

  private final String chroot;

  private UserChange(@Nullable Path program) {
    this.program = program;
    this.chroot = Programs.find("chroot").orElse(CHROOT);
  }

  /// By a program that every Linux has.
  static UserChange byChroot() {
    return new UserChange(null);
  }

  /// By our own program, if this machine runs it and it does what it should for this user.
  static UserChange find(Path home, TaskUser trial) {
    if (!System.getProperty("os.arch").equals("amd64")) {
      return byChroot();
    }
    try {
      UserChange own = new UserChange(write(home.resolve(NAME)));
      return own.works(trial) ? own : byChroot();
    } catch (IOException e) {
      return byChroot(); // As where no program of the home may be executed.
    }
  }

  /// Not written anew where it is there: a file that somebody has open for writing is not executed.
  private static Path write(Path file) throws IOException {
    byte[] content = content();
    if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
      DurableFile.replace(file, content);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-x------"));
    return file;
  }

  /// An ELF file of one segment, which begins with the file's own head.
  private static byte[] content() {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    INSTRUCTIONS
        .lines()
        .map(line -> line.substring(0, BYTES_COLUMNS).replace(" ", ""))
        .forEach(bytes -> code.writeBytes(HexFormat.of().parseHex(bytes)));
    code.writeBytes(TEXTS.getBytes(StandardCharsets.US_ASCII));
    int headBytes = HEADER_BYTES + SEGMENT_BYTES;
    int length = headBytes + code.size();
    ByteBuffer file = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // 64 bits
    file.putShort((short) 2).putShort((short) 62).putInt(1); // executable, x86-64, version
    file.putLong(ADDRESS + headBytes).putLong(HEADER_BYTES).putLong(0); // entry, segments, sections
    file.putInt(0).putShort((short) HEADER_BYTES); // flags, this head
    file.putShort((short) SEGMENT_BYTES).putShort((short) 1); // one segment
    file.putShort((short) 0).putShort((short) 0).putShort((short) 0); // no sections
    file.putInt(1).putInt(5).putLong(0); // load to read and execute, from the file's beginning
    file.putLong(ADDRESS).putLong(ADDRESS).putLong(length).putLong(length).putLong(0x1000);
    return file.put(code.toByteArray()).array();
  }

  private boolean works(TaskUser user) throws IOException {
    Optional<String> cat = Programs.find("cat");
    if (cat.isEmpty()) {
      return false;
    }
    List<String> lines =
        Programs.run(run(user, List.of(cat.get(), "/proc/self/status")), "")
            .output()
            .lines()
            .map(line -> line.replaceAll("\\s+", " ").strip())
            .toList();
    String none = "0".repeat(16);
    return lines.containsAll(
        List.of(
            "Uid: " + (user.uid() + " ").repeat(4).strip(),
            "Gid: " + (user.gid() + " ").repeat(4).strip(),
            "Groups:",
            "CapPrm: " + none,
            "CapEff: " + none));
  }

  /// The arguments that run a program as the user; as they are for null. A name without a slash is
  /// looked up by `chroot`, in the environment's PATH and as that user.
  List<String> run(@Nullable TaskUser user, List<String> arguments) {
    if (user == null) {
      return arguments;
    }
    List<String> run = new ArrayList<>();
    if (program != null && arguments.getFirst().contains("/")) {
      run.add(program.toString());
      run.addAll(List.of(String.valueOf(user.uid()), String.valueOf(user.gid())));
    } else {
      run.addAll(List.of(chroot, "--userspec=+" + user.uid() + ":+" + user.gid()));
      run.addAll(List.of("--groups=", "--skip-chdir", "/"));
    }
    run.addAll(arguments);
    return run;
  }
}
