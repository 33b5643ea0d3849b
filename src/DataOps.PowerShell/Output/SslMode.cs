namespace DataOps.PowerShell.Output;

/// <summary>How a connection is encrypted, as libpq's sslmode.</summary>
public enum SslMode
{
    /// <summary>Never.</summary>
    Disable,

    /// <summary>Only if the server insists.</summary>
    Allow,

    /// <summary>If the server can.</summary>
    Prefer,

    /// <summary>Always; the certificate is not checked.</summary>
    Require,

    /// <summary>Always; the certificate's issuer is checked.</summary>
    VerifyCA,

    /// <summary>Always; issuer and host name are checked.</summary>
    VerifyFull,
}
